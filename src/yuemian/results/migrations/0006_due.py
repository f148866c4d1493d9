from django.db import migrations, models

#: Words to candidates are few among messages: whose wait they change is found without reading the others.
WORDS = """CREATE INDEX notification_word ON messaging_notification (organization_id, created_at)
           WHERE purpose IN ('still_deciding', 'answer') AND candidate_id IS NOT NULL"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_calendars'),
        ('interviews', '0004_untimed'),
        ('messaging', '0002_keys'),
        ('results', '0005_told_leads'),
    ]

    operations = [
        # Empty: the worker works it out for everybody who waits within its first minute.
        migrations.AddField(
            model_name='wait',
            name='due_at',
            field=models.DateTimeField(help_text='By when word is due; empty: to be worked out.', null=True),
        ),
        migrations.AddField(
            model_name='wait',
            name='word_at',
            field=models.DateTimeField(help_text='When the candidate last heard that it takes longer, or got an answer, since then.', null=True),
        ),
        migrations.AddIndex(
            model_name='wait',
            index=models.Index(condition=models.Q(('state__in', ['open', 'decided'])), fields=['organization', 'state', 'due_at'], name='wait_due'),
        ),
        migrations.RunSQL(WORDS, 'DROP INDEX notification_word'),
    ]

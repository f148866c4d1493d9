from django.db import migrations


class Migration(migrations.Migration):

    replaces = [('messaging', '0013_results')]

    dependencies = [
        ('messaging', '0001_tables'),
    ]

    operations = [
        # A version is of its template's outcome, by the database's word.
        migrations.RunSQL(
            """ALTER TABLE messaging_templateversion ADD CONSTRAINT version_of_outcome
               FOREIGN KEY (template_id, outcome) REFERENCES messaging_template (id, outcome)
               ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED""",
            "ALTER TABLE messaging_templateversion DROP CONSTRAINT version_of_outcome",
        ),
    ]

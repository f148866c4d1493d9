from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('interviews', '0005_digests_by_the_clock'),
    ]

    operations = [
        migrations.AddField(
            model_name='cadence',
            name='plan_since',
            field=models.DateTimeField(help_text='Since when its plan holds, where one that did not remind as this one does held before.', null=True),
        ),
    ]

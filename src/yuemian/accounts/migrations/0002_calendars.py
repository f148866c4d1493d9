import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0004_calendars'),
        ('accounts', '0005_my_data'),
        ('accounts', '0006_arriving'),
        ('accounts', '0007_languages'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('trust', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='calendaraccount',
            name='key',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trust.key'),
        ),
        migrations.AddField(
            model_name='calendarlink',
            name='key',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trust.key'),
        ),
        migrations.AddField(
            model_name='calendarlink',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='calendaraccount',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='branch',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='session',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='user',
            name='branch',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='users', to='accounts.branch'),
        ),
        migrations.AddField(
            model_name='user',
            name='deputy',
            field=models.ForeignKey(blank=True, help_text='Gets new conversations meanwhile.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.user'),
        ),
        migrations.AddField(
            model_name='user',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='session',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='accounts.user'),
        ),
        migrations.AddField(
            model_name='calendarlink',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar', to='accounts.user'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to='accounts.user'),
        ),
        migrations.AddConstraint(
            model_name='calendaraccount',
            constraint=models.UniqueConstraint(fields=('organization', 'service'), name='one_calendar_account_per_service'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='branch_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_unique'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('away_from__isnull', True), ('away_until__isnull', True)), models.Q(('away_from__isnull', False), ('away_from__lt', models.F('away_until')), ('away_until__isnull', False)), _connector='OR'), name='user_away_from_until'),
        ),
        migrations.AddConstraint(
            model_name='calendarlink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('works_from', None), ('works_until', None)), models.Q(('works_from__isnull', False), ('works_until__isnull', False)), _connector='OR'), name='calendar_hours_whole'),
        ),
    ]

import datetime
import django.core.validators
import yuemian.accounts.models.people
import yuemian.trust.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('accounts', '0001_initial'),
        ('accounts', '0002_engine'),
        ('accounts', '0003_inbox'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Branch',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=50, validators=[yuemian.accounts.models.people.validate_time_zone])),
                ('locale', models.CharField(choices=[('zh-hans', '简体中文'), ('zh-hant', '繁體中文'), ('en', 'English'), ('ja', '日本語'), ('ko', '한국어'), ('fr', 'Français'), ('de', 'Deutsch'), ('es', 'Español'), ('pt-br', 'Português (Brasil)'), ('ru', 'Русский'), ('ar', 'العربية'), ('vi', 'Tiếng Việt'), ('th', 'ไทย'), ('id', 'Bahasa Indonesia')], default='zh-hans', max_length=10)),
                ('region', models.CharField(default='CN', help_text='ISO 3166 region of local phone numbers.', max_length=2)),
                ('address', models.CharField(blank=True, max_length=300)),
                ('quiet_from', models.TimeField(default=datetime.time(21, 0), help_text='From this hour on nothing leaves by itself …')),
                ('quiet_until', models.TimeField(default=datetime.time(8, 0), help_text="… until this one, in the candidate's zone; equal: never quiet.")),
                ('is_quiet_on_holidays', models.BooleanField(default=False, help_text='Automatic messages wait for a workday, make-up days included.')),
                ('retention_days', models.PositiveSmallIntegerField(blank=True, help_text='Empty: as long as the organization keeps data.', null=True, validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(3650)])),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='CalendarAccount',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('service', models.CharField(choices=[('google', 'Google'), ('graph', 'Microsoft 365')], max_length=10)),
                ('config_sealed', models.BinaryField(help_text="The adapter's Config as JSON, secrets included.")),
                ('is_active', models.BooleanField(default=True)),
                ('version', models.PositiveIntegerField(default=1, help_text='Raised by each edit; nothing older is remembered.')),
                ('checked_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, help_text='Why the last test said nothing; empty: it did.', max_length=20)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['service'],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CalendarLink',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('service', models.CharField(blank=True, choices=[('caldav', 'CalDAV'), ('google', 'Google'), ('graph', 'Microsoft 365')], help_text="Empty: the company's own account, where there is one.", max_length=10)),
                ('address', models.EmailField(blank=True, help_text="In the company's service; empty: the one of the sign-in.", max_length=254)),
                ('config_sealed', models.BinaryField(help_text='Of CalDAV alone: Config as JSON, password included.', null=True)),
                ('workdays', models.PositiveSmallIntegerField(default=31, help_text='A bit for each day, Monday the first.')),
                ('works_from', models.TimeField(help_text='Empty: the person has named no hours.', null=True)),
                ('works_until', models.TimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1, help_text='Raised by each edit; nothing older is remembered.')),
                ('checked_at', models.DateTimeField(null=True)),
                ('trouble', models.CharField(blank=True, help_text='Why the last test said nothing; empty: it did.', max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(blank=True, max_length=80)),
                ('logo', models.BinaryField(blank=True, default=b'', help_text='PNG, at most 200 KB, re-encoded on upload.')),
                ('is_rehearsal', models.BooleanField(default=True)),
                ('locale', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=10)),
                ('time_zone', models.CharField(default='Asia/Shanghai', max_length=50, validators=[yuemian.accounts.models.people.validate_time_zone])),
                ('mail_from', models.EmailField(blank=True, max_length=254)),
                ('currency', models.CharField(default='CNY', help_text='ISO 4217, of costs and budgets.', max_length=3)),
                ('is_routing_learned', models.BooleanField(default=True, help_text='Whether routing may learn from past answers.')),
                ('routing_learned_until', models.DateTimeField(editable=False, help_text='Interviews that began before are counted.', null=True)),
                ('frequency_cap', models.PositiveSmallIntegerField(default=4, help_text='Most automatic messages one person gets in 24 hours; 0: no limit.')),
                ('is_attendance_asked', models.BooleanField(default=True, help_text='Interviewers are asked who came.')),
                ('video_link_from', models.PositiveSmallIntegerField(default=60)),
                ('is_direct_answer_allowed', models.BooleanField(default=False, help_text='What an interviewer answers to a passed-on question goes out at once.')),
                ('retention_days', models.PositiveSmallIntegerField(default=180, help_text="Candidates' data goes so long after the last activity.", validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(3650)])),
                ('retention_looked_at', models.DateTimeField(editable=False, help_text='When the nightly look for what is over took place.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('created_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('email', models.EmailField(max_length=254)),
                ('phone', models.CharField(blank=True, help_text='Business number shown to candidates.', max_length=30)),
                ('role', models.CharField(choices=[('administrator', 'Administrator'), ('recruiter', 'Recruiter'), ('hiring_lead', 'Hiring lead'), ('interviewer', 'Interviewer'), ('privacy_officer', 'Privacy officer'), ('auditor', 'Auditor')], max_length=20)),
                ('password', models.CharField(blank=True, max_length=200)),
                ('locale', models.CharField(choices=[('zh-hans', '简体中文'), ('en', 'English')], default='zh-hans', max_length=10)),
                ('is_active', models.BooleanField(default=True)),
                ('digest_at', models.TimeField(blank=True, default=datetime.time(8, 30), help_text='When the morning digest comes; empty: never.', null=True)),
                ('is_empty_digest_wanted', models.BooleanField(default=False, help_text='The digest also comes when there is nothing to do.')),
                ('away_from', models.DateTimeField(blank=True, null=True)),
                ('away_until', models.DateTimeField(blank=True, null=True)),
                ('is_absence_told', models.BooleanField(default=False, help_text='Candidates who write meanwhile are told, once per conversation.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
    ]

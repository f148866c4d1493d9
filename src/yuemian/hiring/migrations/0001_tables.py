import django.db.models.deletion
import yuemian.accounts.models.people
import yuemian.domain.states
import yuemian.trust.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('hiring', '0001_initial'),
        ('hiring', '0002_engine'),
        ('hiring', '0003_my_data'),
        ('hiring', '0004_languages'),
        ('hiring', '0005_held_candidates'),
    ]

    initial = True

    dependencies = [
        ('accounts', '0002_calendars'),
        ('trust', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('name_key', models.CharField(help_text='Normal form of the name, for comparison and search.', max_length=120)),
                ('locale', models.CharField(choices=[('zh-hans', '简体中文'), ('zh-hant', '繁體中文'), ('en', 'English'), ('ja', '日本語'), ('ko', '한국어'), ('fr', 'Français'), ('de', 'Deutsch'), ('es', 'Español'), ('pt-br', 'Português (Brasil)'), ('ru', 'Русский'), ('ar', 'العربية'), ('vi', 'Tiếng Việt'), ('th', 'ไทย'), ('id', 'Bahasa Indonesia')], default='zh-hans', max_length=10)),
                ('time_zone', models.CharField(blank=True, max_length=50, validators=[yuemian.accounts.models.people.validate_time_zone])),
                ('preferred_channel', models.CharField(blank=True, choices=[('email', 'email'), ('sms', 'sms'), ('wechat', 'wechat')], db_default='', default='', help_text="The person's own.", max_length=12)),
                ('preferred_hour', models.PositiveSmallIntegerField(blank=True, help_text="The person's own, 0 to 23 in their zone.", null=True)),
                ('external_id', models.CharField(blank=True, max_length=80)),
                ('hold_reason', models.CharField(blank=True, db_default='', default='', help_text='Why the data must be kept for now.', max_length=200)),
                ('erased_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='candidate', to='trust.key')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'name_key'], name='hiring_cand_organiz_8700da_idx'), models.Index(condition=models.Q(('hold_reason', ''), _negated=True), fields=['organization', 'name'], name='candidate_on_hold')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('organization', 'external_id'), name='candidate_external_id_unique')],
            },
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'email'), ('sms', 'sms'), ('wechat', 'wechat')], max_length=12)),
                ('value_sealed', models.BinaryField()),
                ('blind_index', models.BinaryField(max_length=16)),
                ('state', models.CharField(choices=[('active', 'In use'), ('unconfirmed', 'Not confirmed yet'), ('invalid', 'Does not work'), ('suppressed', 'Stopped after failures'), ('opted_out', 'Opted out')], default='active', max_length=12)),
                ('is_shared', models.BooleanField(default=False, help_text='A recruiter confirmed that several people share it.')),
                ('is_discreet', models.BooleanField(db_default=False, default=False, help_text='Messages there name neither company nor interview.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contact_points', to='hiring.candidate')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'blind_index'], name='hiring_cont_organiz_a3ceef_idx')],
                'constraints': [models.UniqueConstraint(fields=('candidate', 'channel', 'blind_index'), name='contact_point_unique')],
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(choices=[('name', 'name'), ('email', 'email'), ('sms', 'sms'), ('other', 'other')], max_length=12)),
                ('value_sealed', models.BinaryField()),
                ('state', models.CharField(choices=[('open', 'Waits for you'), ('accepted', 'Accepted'), ('declined', 'Declined')], default='open', max_length=10)),
                ('created_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='hiring.candidate')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.user')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['created_at'],
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['organization', 'created_at'], name='correction_open')],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('origin', models.CharField(choices=[('candidate', 'Asked for by the candidate'), ('retention', 'The time is over'), ('officer', 'Done by hand')], max_length=10)),
                ('state', models.CharField(choices=[('planned', 'Comes'), ('held', 'Kept for now'), ('withdrawn', 'No longer due'), ('done', 'Erased')], default='planned', max_length=10)),
                ('asked_at', models.DateTimeField(help_text='When it was announced, or asked for.')),
                ('due_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('receipt_hash', models.BinaryField(help_text='SHA-256 of the receipt that the person was given.', max_length=32, null=True, unique=True)),
                ('counts', models.JSONField(default=dict, help_text='Kind of data → how many entries went.')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='erasures', to='hiring.candidate')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['due_at'],
                'indexes': [models.Index(fields=['organization', 'state', 'due_at'], name='erasure_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['planned', 'held'])), fields=('candidate',), name='one_erasure_comes'), models.UniqueConstraint(condition=models.Q(('state', 'done')), fields=('candidate',), name='erased_once')],
            },
        ),
        migrations.CreateModel(
            name='JobFamily',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=60)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='family_name_unique')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('title_en', models.CharField(blank=True, max_length=120)),
                ('is_open', models.BooleanField(default=True)),
                ('external_id', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='accounts.branch')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('recruiter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='jobs', to='accounts.user')),
                ('family', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='hiring.jobfamily')),
            ],
            options={
                'ordering': ['title'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'branch', 'title'), name='job_title_unique')],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organization', 'name'), name='source_name_unique')],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('applied', 'applied'), ('screened', 'screened'), ('invited', 'invited'), ('interviewed', 'interviewed'), ('decided', 'decided'), ('onboarding', 'onboarding'), ('onboarded', 'onboarded'), ('closed', 'closed')], default=yuemian.domain.states.Stage['SCREENED'], max_length=12)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='applications', to='hiring.candidate')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='hiring.job')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='applications', to='hiring.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('candidate', 'job'), name='application_unique')],
            },
        ),
    ]

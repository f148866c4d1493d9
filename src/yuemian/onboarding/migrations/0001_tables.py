import django.db.models.deletion
import yuemian.domain.onboarding.states
import yuemian.trust.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('onboarding', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '0002_calendars'),
        ('hiring', '0001_tables'),
        ('interviews', '0001_tables'),
        ('results', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='OnboardingCase',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('invited', 'invited'), ('filling', 'filling'), ('submitted', 'submitted'), ('returned', 'returned'), ('complete', 'complete'), ('withdrawn', 'withdrawn'), ('expired', 'expired')], default=yuemian.domain.onboarding.states.CaseState['INVITED'], max_length=10)),
                ('revision', models.PositiveIntegerField(default=1, help_text='Rises when something is asked for again.')),
                ('messages', models.PositiveSmallIntegerField(default=0, help_text='So many were planned for this revision.')),
                ('starts_on', models.DateField(blank=True, help_text='The first day at work.', null=True)),
                ('created_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(help_text='When it was last asked for.')),
                ('deadline_at', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(null=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(help_text='Complete, withdrawn or expired.', null=True)),
                ('delete_at', models.DateTimeField(help_text='When entries and files go.', null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('exported_at', models.DateTimeField(null=True)),
                ('offer_sealed', models.BinaryField(help_text='JSON: pay and place of the estimate.', null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='onboardings', to='hiring.application')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.branch')),
                ('candidate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='onboardings', to='hiring.candidate')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.user')),
                ('interview', models.ForeignKey(help_text='The one after which they were hired.', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='interviews.interview')),
                ('notice', models.ForeignKey(help_text='The pass it followed; empty: a recruiter began it.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='results.resultnotice')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['organization', 'state', '-created_at'], name='onboarding_by_state'), models.Index(fields=['candidate'], name='onboarding_of_candidate'), models.Index(condition=models.Q(('delete_at__isnull', False), ('deleted_at', None)), fields=['organization', 'delete_at'], name='onboarding_to_delete')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['complete', 'expired', 'filling', 'invited', 'returned', 'submitted', 'withdrawn'])), name='onboarding_state_known'), models.UniqueConstraint(condition=models.Q(('state', yuemian.domain.onboarding.states.CaseState['WITHDRAWN']), _negated=True), fields=('application',), name='onboarding_once_per_application'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['complete', 'expired', 'withdrawn'])), models.Q(models.Q(('state__in', ['complete', 'expired', 'withdrawn']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='onboarding_ended_when')],
            },
        ),
        migrations.CreateModel(
            name='OnboardingAnswer',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=30)),
                ('section', models.CharField(choices=[('basics', 'basics'), ('identity', 'identity'), ('education', 'education'), ('bank', 'bank'), ('emergency', 'emergency'), ('other', 'other')], max_length=10)),
                ('value_sealed', models.BinaryField(null=True)),
                ('review', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('returned', 'returned')], default=yuemian.domain.onboarding.states.Review['OPEN'], max_length=10)),
                ('comment_sealed', models.BinaryField(help_text='What is to be corrected; the candidate reads it.', null=True)),
                ('changed_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='onboarding.onboardingcase')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'key'), name='onboarding_answer_once'), models.CheckConstraint(condition=models.Q(('review__in', ['accepted', 'open', 'returned'])), name='onboarding_answer_review_known')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(help_text='Of the field.', max_length=30)),
                ('section', models.CharField(max_length=10)),
                ('state', models.CharField(choices=[('checking', 'checking'), ('ready', 'ready'), ('refused', 'refused')], max_length=10)),
                ('refusal', models.CharField(blank=True, choices=[('no_file', 'no_file'), ('empty', 'empty'), ('too_large', 'too_large'), ('too_many', 'too_many'), ('total_too_large', 'total_too_large'), ('wrong_type', 'wrong_type'), ('mismatch', 'mismatch'), ('unreadable', 'unreadable'), ('too_many_pixels', 'too_many_pixels'), ('too_many_pages', 'too_many_pages'), ('too_heavy', 'too_heavy'), ('encrypted', 'encrypted'), ('infected', 'infected'), ('interrupted', 'interrupted'), ('no_room', 'no_room')], max_length=20)),
                ('kind', models.CharField(blank=True, help_text='Of what is kept: image/jpeg or application/pdf.', max_length=20)),
                ('name_sealed', models.BinaryField(help_text='As the person called it; text to show, nothing else.')),
                ('size', models.PositiveIntegerField(default=0, help_text='Bytes that are kept.')),
                ('pages', models.PositiveSmallIntegerField(default=0)),
                ('received_at', models.DateTimeField()),
                ('checked_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='onboarding.onboardingcase')),
            ],
            options={
                'ordering': ['received_at', 'id'],
                'indexes': [models.Index(fields=['case', 'key'], name='document_of_field'), models.Index(condition=models.Q(('state', yuemian.domain.onboarding.states.DocumentState['CHECKING'])), fields=['organization', 'received_at'], name='document_to_check')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['checking', 'ready', 'refused'])), name='document_state_known'), models.CheckConstraint(condition=models.Q(('state', yuemian.domain.onboarding.states.DocumentState['REFUSED']), ('refusal', ''), _connector='XOR'), name='document_refused_why')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('section', models.CharField(choices=[('basics', 'basics'), ('identity', 'identity'), ('education', 'education'), ('bank', 'bank'), ('emergency', 'emergency'), ('other', 'other')], max_length=10)),
                ('number', models.PositiveSmallIntegerField(help_text='Of the text; 0: the shipped one.')),
                ('locale', models.CharField(max_length=10)),
                ('text_hash', models.BinaryField(help_text='SHA-256 of exactly what was read.', max_length=32)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='onboarding.onboardingcase')),
            ],
            options={
                'ordering': ['given_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('case', 'section'), name='onboarding_consent_one_holds')],
            },
        ),
        migrations.CreateModel(
            name='OnboardingField',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=30)),
                ('kind', models.CharField(choices=[('text', 'text'), ('date', 'date'), ('choice', 'choice'), ('phone', 'phone'), ('identity', 'identity'), ('bank_account', 'bank_account'), ('emergency', 'emergency'), ('id_front', 'id_front'), ('id_back', 'id_back'), ('degree', 'degree'), ('photo', 'photo'), ('bank_card', 'bank_card'), ('other_file', 'other_file')], max_length=14)),
                ('section', models.CharField(choices=[('basics', 'basics'), ('identity', 'identity'), ('education', 'education'), ('bank', 'bank'), ('emergency', 'emergency'), ('other', 'other')], max_length=10)),
                ('is_required', models.BooleanField(default=True)),
                ('is_asked', models.BooleanField(default=True)),
                ('label', models.CharField(blank=True, help_text='Empty: as shipped, in every language.', max_length=60)),
                ('label_en', models.CharField(blank=True, max_length=80)),
                ('hint', models.CharField(blank=True, max_length=160)),
                ('hint_en', models.CharField(blank=True, max_length=200)),
                ('options', models.JSONField(blank=True, default=list, help_text='Pairs: Chinese, English.')),
                ('rule', models.CharField(blank=True, max_length=8)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.branch')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['position', 'key'],
                'constraints': [models.UniqueConstraint(fields=('branch', 'key'), name='onboarding_field_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['bank_account', 'bank_card', 'choice', 'date', 'degree', 'emergency', 'id_back', 'id_front', 'identity', 'other_file', 'phone', 'photo', 'text'])), name='onboarding_field_kind_known'), models.CheckConstraint(condition=models.Q(('section__in', ['bank', 'basics', 'education', 'emergency', 'identity', 'other'])), name='onboarding_field_section_known')],
            },
        ),
        migrations.CreateModel(
            name='OnboardingPolicy',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('deadline_days', models.PositiveSmallIntegerField(default=14, help_text='So long the form is open.')),
                ('remind_days', models.PositiveSmallIntegerField(default=3, help_text='Reminded once after so long.')),
                ('keep_days', models.PositiveSmallIntegerField(default=30, help_text='Deleted so long after the first day, or after the end.')),
                ('begins_by_itself', models.BooleanField(default=True, help_text='When a pass is released.')),
                ('needs_scanner', models.BooleanField(default=True, help_text='Files wait in quarantine until a virus scanner has seen them.')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization',), name='onboarding_policy_once'), models.CheckConstraint(condition=models.Q(('deadline_days__gte', 1), ('deadline_days__lte', 90), ('keep_days__lte', 365), ('remind_days__gte', 1), ('remind_days__lte', 30)), name='onboarding_policy_bounds')],
            },
        ),
        migrations.CreateModel(
            name='PayRules',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40)),
                ('content', models.TextField(help_text='TOML, as in onboarding/pay_rules.', max_length=20000)),
                ('saved_at', models.DateTimeField()),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.user')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'key'), name='pay_rules_once')],
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('section', models.CharField(choices=[('basics', 'basics'), ('identity', 'identity'), ('education', 'education'), ('bank', 'bank'), ('emergency', 'emergency'), ('other', 'other')], max_length=10)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('text', models.TextField(max_length=2000)),
                ('text_en', models.TextField(blank=True, max_length=3000)),
                ('is_current', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.user')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'section', 'number'), name='consent_text_number_once'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('organization', 'section'), name='consent_text_one_current'), models.CheckConstraint(condition=models.Q(('section__in', ['bank', 'basics', 'education', 'emergency', 'identity', 'other'])), name='consent_text_section_known')],
            },
        ),
        migrations.CreateModel(
            name='DocumentPiece',
            fields=[
                ('id', models.UUIDField(default=yuemian.trust.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('data_sealed', models.BinaryField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='onboarding.document')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='document_piece_once')],
            },
        ),
    ]

from django.db import migrations

#: The tables' owner has no organization: for these statements it reads past row-level security, and not a moment longer.
KEEP = (
    'ALTER TABLE results_feedbackrules NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE results_approvalrule NO FORCE ROW LEVEL SECURITY',
    # What an organization had set for its feedback alone becomes what its letters say; what both say stays the letters'.
    """INSERT INTO results_approvalrule
       (id, organization_id, approvals, is_single_free, hold_minutes, wants_feedback, apply_again_months)
       SELECT gen_random_uuid(), organization_id, 1, false, 10, false, again_after
       FROM results_feedbackrules WHERE again_after IS DISTINCT FROM 6
       ON CONFLICT (organization_id) DO UPDATE SET apply_again_months = excluded.apply_again_months
       WHERE results_approvalrule.apply_again_months = 6""",
    # A table with checks that still wait cannot be altered.
    'SET CONSTRAINTS ALL IMMEDIATE',
    'SET CONSTRAINTS ALL DEFERRED',
    'ALTER TABLE results_feedbackrules FORCE ROW LEVEL SECURITY',
    'ALTER TABLE results_approvalrule FORCE ROW LEVEL SECURITY',
)


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0003_letters'),
    ]

    operations = [
        migrations.RunSQL(list(KEEP), migrations.RunSQL.noop),
        migrations.RemoveField(model_name='feedbackrules', name='again_after'),
    ]

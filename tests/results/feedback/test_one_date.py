"""One date for coming again: what an organization had set for its feedback alone becomes what its letters say."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from tests.factories import Cast
from yuemian.results.models import ApprovalRule, FeedbackRules
from yuemian.trust.tenancy import SETTING

MIGRATION = import_module("yuemian.results.migrations.0004_one_date")


@pytest.mark.parametrize(
    ("in_feedback", "in_letters", "kept"),
    [
        (12, None, 12),  # no rule of approval yet
        (6, None, 6),
        ("NULL", 6, None),
        (0, 6, 0),
        (12, 6, 12),
        (6, 3, 3),
        (12, 3, 3),  # both were chosen: the letters said a date, feedback only a while
    ],
)
def test_what_feedback_alone_had_set_is_kept(
    cast: Cast, in_feedback: int | str, in_letters: int | None, kept: int | None
) -> None:
    FeedbackRules.objects.create(organization=cast.organization)
    if in_letters is not None:
        ApprovalRule.objects.create(
            organization=cast.organization, apply_again_months=in_letters, hold_minutes=30
        )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute("ALTER TABLE results_feedbackrules ADD COLUMN again_after smallint DEFAULT 6")
        cursor.execute(f"UPDATE results_feedbackrules SET again_after = {in_feedback}")
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])  # whoever migrates is of no organization
        for statement in MIGRATION.KEEP:
            cursor.execute(statement)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, str(cast.organization.pk)])
    months = ApprovalRule.objects.values_list("apply_again_months", "hold_minutes").first()
    if in_letters is None and in_feedback == 6:
        assert months is None
    else:
        assert months == (kept, 30 if in_letters else 10)


def test_row_level_security_is_forced_again(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT relforcerowsecurity",
            [["results_feedbackrules", "results_approvalrule"]],
        )
        assert cursor.fetchall() == []

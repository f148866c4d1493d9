"""What the answers add up to. Nothing here ever reads an answer that is not mixed yet."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yuemian.domain.survey import Estimate, SurveyKind, estimate, recommend_share
from yuemian.interviews.models import SurveyAnswer, SurveyQuestion
from yuemian.trust.vault import Unreadable, Vault, organization_key

#: Texts that one page shows; more are not read on a screen.
WORDS_SHOWN: Final = 100
DIMENSIONS: Final = ("job", "family", "branch", "round")
_COLUMNS: Final = "month, job_id, family_id, branch_id, round, impression, recommend, notice"
#: The answers of those who signed count as well; who they are is known anyway, so nothing is given away by that.
_ANSWERS: Final = f"""
SELECT {_COLUMNS}, extras FROM interviews_surveyanswer WHERE {{where}}
UNION ALL
SELECT {_COLUMNS}, extras FROM interviews_surveysigned WHERE {{where}}
"""  # noqa: S608
_COUNTED: Final = (
    "SELECT {group}, impression, recommend, notice, count(*) FROM ({answers}) a GROUP BY {group}, 2, 3, 4"
)
_EXTRAS: Final = """
SELECT e.key, e.value::int, count(*) FROM ({answers}) a, jsonb_each_text(a.extras) e GROUP BY e.key, e.value
"""
_RATE: Final = """
SELECT (SELECT count(*) FROM interviews_surveyinvitation
        WHERE organization_id = %(organization)s AND kind = %(kind)s),
       (SELECT count(*) FROM interviews_surveyanswer WHERE organization_id = %(organization)s AND kind = %(kind)s)
     + (SELECT count(*) FROM interviews_surveysigned WHERE organization_id = %(organization)s AND kind = %(kind)s)
"""


@dataclass(frozen=True)
class SurveyFilter:
    """Which answers: of one survey, and in surroundings that are all whole blocks."""

    kind: SurveyKind = SurveyKind.INTERVIEW
    job: UUID | None = None
    family: UUID | None = None
    branch: UUID | None = None
    round: str = ""
    since: date | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> SurveyFilter:
        """What cannot be read is left out."""
        kind = query.get("kind", "")
        return cls(
            kind=SurveyKind(kind) if kind in list(SurveyKind) else SurveyKind.INTERVIEW,
            job=_id(query.get("job", "")),
            family=_id(query.get("family", "")),
            branch=_id(query.get("branch", "")),
            round=query.get("round", "")[:40],
            since=_month(query.get("since", "")),
        )

    def sql(self, organization_id: UUID) -> tuple[str, dict[str, Any]]:
        values: dict[str, Any] = {"organization": organization_id, "kind": str(self.kind)}
        parts = ["organization_id = %(organization)s", "kind = %(kind)s"]
        wanted = {"job_id": self.job, "family_id": self.family, "branch_id": self.branch}
        for column, value in wanted.items():
            if value is not None:
                parts.append(f"{column} = %({column})s")
                values[column] = value
        if self.round:
            parts.append("round = %(round)s")
            values["round"] = self.round
        if self.since:
            parts.append("month >= %(since)s")
            values["since"] = self.since
        return " AND ".join(parts), values


@dataclass
class Tally:
    """How often each figure was given."""

    impression: Counter[int] = field(default_factory=Counter)
    recommend: Counter[int] = field(default_factory=Counter)
    notice: Counter[int] = field(default_factory=Counter)

    def add(self, impression: int, recommend: int, notice: int | None, times: int) -> None:
        self.impression[impression] += times
        self.recommend[recommend] += times
        if notice is not None:
            self.notice[notice] += times

    @property
    def count(self) -> int:
        return self.impression.total()


@dataclass(frozen=True)
class Figures:
    """The three measures of a group; None: too few. `count` is not told either when it is below the minimum."""

    count: int | None
    impression: Estimate | None
    recommend: Estimate | None
    notice: Estimate | None


def figures(tally: Tally, minimum: int) -> Figures:
    return Figures(
        count=tally.count if tally.count >= minimum else None,
        impression=estimate(tally.impression, minimum, 1, 5),
        recommend=recommend_share(tally.recommend, minimum),
        notice=estimate(tally.notice, minimum, 1, 5),
    )


def by_month(organization_id: UUID, wanted: SurveyFilter) -> dict[date | None, Tally]:
    return _grouped(organization_id, wanted, "month")


def by_dimension(organization_id: UUID, wanted: SurveyFilter, dimension: str) -> dict[Any, Tally]:
    """`dimension` is one of DIMENSIONS; answers too rare to say are under None or an empty round."""
    column = dimension if dimension == "round" else f"{dimension}_id"
    return _grouped(organization_id, wanted, column)


def total(tallies: Iterable[Tally]) -> Tally:
    whole = Tally()
    for each in tallies:
        whole.impression += each.impression
        whole.recommend += each.recommend
        whole.notice += each.notice
    return whole


def extras_of(organization_id: UUID, wanted: SurveyFilter) -> list[tuple[SurveyQuestion, Counter[int]]]:
    """Further questions that were answered, each wording by itself."""
    where, values = wanted.sql(organization_id)
    statement = _EXTRAS.format(answers=_ANSWERS.format(where=where))
    counts: dict[str, Counter[int]] = {}
    for key, value, times in _rows(statement, values):
        counts.setdefault(key, Counter())[value] = times
    asked = SurveyQuestion.objects.filter(organization_id=organization_id, pk__in=list(counts))
    return [(question, counts[str(question.pk)]) for question in asked]


def words_of(organization_id: UUID, wanted: SurveyFilter, minimum: int) -> dict[str, list[str]]:
    """What people wrote, by question, shuffled; nothing where fewer answers than the minimum were given in all."""
    where, values = wanted.sql(organization_id)
    statement = f"SELECT id, words_sealed FROM interviews_surveyanswer WHERE {where}"  # noqa: S608
    rows = _rows(statement, values)
    if len(rows) < minimum:
        return {}
    vault, key = Vault(organization_id), organization_key(organization_id)
    found: dict[str, list[str]] = {}
    for row_id, sealed in rows:
        if sealed is None:
            continue
        try:
            said = json.loads(vault.open(key, SurveyAnswer.PLACE, row_id, sealed))
        except Unreadable:
            continue
        for question, text in said.items():
            found.setdefault(question, []).append(text)
    for texts in found.values():
        random.SystemRandom().shuffle(texts)
    return {question: texts[:WORDS_SHOWN] for question, texts in found.items()}


def answer_rate(organization_id: UUID, kind: SurveyKind, minimum: int) -> tuple[int, int] | None:
    """Of a whole survey: how many were asked, and how many answers may be read; None when either is too few."""
    ((asked, answered),) = _rows(_RATE, {"organization": organization_id, "kind": str(kind)})
    return (asked, answered) if asked >= minimum and answered >= minimum else None


def lines(organization_id: UUID, wanted: SurveyFilter) -> list[tuple[Any, ...]]:
    """Every anonymous answer without its words, for a file: sorted by what it says, so that the order tells nothing.

    Signed ones are not mixed: in rare surroundings a line would tell of one person, to whomever the file reaches.
    """
    where, values = wanted.sql(organization_id)
    statement = f"SELECT {_COLUMNS} FROM interviews_surveyanswer WHERE {where} ORDER BY {_COLUMNS}"  # noqa: S608
    return _rows(statement, values)


def _grouped(organization_id: UUID, wanted: SurveyFilter, column: str) -> dict[Any, Tally]:
    where, values = wanted.sql(organization_id)
    statement = _COUNTED.format(group=column, answers=_ANSWERS.format(where=where))
    found: dict[Any, Tally] = {}
    for group, impression, recommend, notice, times in _rows(statement, values):
        found.setdefault(group, Tally()).add(impression, recommend, notice, times)
    return found


def _rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None

"""What is asked after an interview: the organization's own form that is nearest, else ours for its family."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from uuid import UUID

from yuemian.domain.languages import is_chinese
from yuemian.hiring.models import JobFamily
from yuemian.interviews.models import Interview
from yuemian.results.models import Competency, ScorecardForm


@dataclass(frozen=True)
class Asked:
    """One competency of a form, with the question that says what to look for."""

    key: str
    name: str
    name_en: str = ""
    question: str = ""
    question_en: str = ""

    def name_in(self, locale: str) -> str:
        return self.name if is_chinese(locale) else self.name_en or self.name

    def question_in(self, locale: str) -> str:
        return self.question if is_chinese(locale) else self.question_en or self.question


@dataclass(frozen=True)
class Sheet:
    """A form as it is asked. `form_id` is empty for one of ours, which the organization has not made its own."""

    competencies: Sequence[Asked]
    form_id: UUID | None = None

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.competencies]


@dataclass(frozen=True)
class Shipped:
    """A form of the library, and the names of families that it is for; none: for all that are left."""

    name: str
    families: frozenset[str]
    competencies: tuple[Asked, ...]


GENERAL = "general"


@cache
def shipped_forms() -> Mapping[str, Shipped]:
    folder = files("yuemian.results.scorecards").joinpath("library")
    found = {}
    for path in sorted(folder.iterdir(), key=lambda each: each.name):
        if path.name.endswith(".toml"):
            data = tomllib.loads(path.read_text("utf-8"))
            name = path.name.removesuffix(".toml")
            competencies = tuple(Asked(**each) for each in data["competency"])
            found[name] = Shipped(name, frozenset(data["families"]), competencies)
    return found


def shipped_for(family: JobFamily | None) -> Shipped:
    """Ours for a family, known by its Chinese or English name, or by a word of it (技术部, Sales China)."""
    names = [each.strip().casefold() for each in (family.name, family.name_en) if each] if family else []
    forms = shipped_forms()
    for is_known in (lambda name, said: name == said, _is_word_of):
        for form in forms.values():
            if any(is_known(known, said) for known in form.families for said in names):
                return form
    return forms[GENERAL]


def _is_word_of(known: str, said: str) -> bool:
    return known in said.split() if known.isascii() else known in said


def sheet_for(interview: Interview) -> Sheet:
    """For one interview that was read `with_people`."""
    return sheets_for([interview])[interview.pk]


def sheets_for(interviews: Sequence[Interview]) -> dict[UUID, Sheet]:
    """By interview, in two statements: family and round, family, round, everywhere; ours where there is none."""
    if not interviews:
        return {}
    organization_id = interviews[0].organization_id
    forms = ScorecardForm.objects.filter(organization_id=organization_id)
    by_place = {
        (form.family_id, form.round): form for form in forms.prefetch_related("competencies") if _asks(form)
    }
    return {each.pk: _nearest(each, by_place) for each in interviews}


def _asks(form: ScorecardForm) -> bool:
    """A form of which everything is archived asks nothing: the next nearest holds."""
    return any(not each.is_archived for each in form.competencies.all())


def _nearest(interview: Interview, by_place: Mapping[tuple[UUID | None, str], ScorecardForm]) -> Sheet:
    family = interview.application.job.family
    family_id = family.pk if family else None
    own = by_place.get((family_id, interview.round)) or by_place.get((family_id, ""))
    if own is None:
        ours = shipped_for(family)
        by_round = by_place.get((None, interview.round))
        # Ours for the very family is nearer than what the organization asks everywhere.
        if by_round is None and ours.name != GENERAL:
            return Sheet(ours.competencies)
        own = by_round or by_place.get((None, ""))
    return sheet_of(own) if own else Sheet(shipped_for(None).competencies)


def sheet_of(form: ScorecardForm) -> Sheet:
    return Sheet([asked(each) for each in form.competencies.all() if not each.is_archived], form.pk)


def asked(row: Competency) -> Asked:
    return Asked(row.key, row.name, row.name_en, row.question, row.question_en)

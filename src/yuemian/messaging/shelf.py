"""Reads of the template library: what stands on the shelf, and how versions differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Prefetch, QuerySet
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import User
from yuemian.domain.languages import CONSOLE, LANGUAGES
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging.actions.library import Place, Text, texts_in
from yuemian.messaging.models import Template, TemplateVersion
from yuemian.messaging.wording import CHANNELS, PURPOSES
from yuemian.messaging.wording import Text as Word

#: Purposes that have templates of their own now, in the order of the shelf.
WRITTEN = (
    Purpose.INVITATION,
    Purpose.REMINDER,
    Purpose.CHANGE,
    Purpose.CANCELLATION,
    Purpose.ANSWER,
    Purpose.LETTER,
    Purpose.RESULT,
    Purpose.APPROVAL,
    Purpose.STAFF_NEWS,
    Purpose.ATTENDANCE,
    Purpose.SCORECARD,
    Purpose.ONBOARDING,
    Purpose.DIGEST,
)
#: Channels a template is written for.
WRITTEN_CHANNELS = (Channel.EMAIL, Channel.SMS, Channel.WECHAT)
#: The locales' names in themselves, short.
LOCALE_NAMES = {**LANGUAGES, "zh-hans": "中文"}
_TO_COLLEAGUES = frozenset({Purpose.DIGEST, Purpose.STAFF_REMINDER, Purpose.CONSULTATION, Purpose.APPROVAL})
#: So many lines before and after a change are shown with it.
_AROUND = 2
#: A letter is no message: it stands on the candidate's page.
PAGE = word("channel", "Page")


@dataclass(frozen=True)
class Tab:
    """One variant's place in the editor: where it is, and how it stands."""

    channel: Channel
    locale: str
    is_current: bool = False
    is_written: bool = False
    is_changed: bool = False
    has_problems: bool = False
    purpose: str = ""

    @property
    def channel_name(self) -> Word:
        return channel_name(self.purpose, self.channel)

    @property
    def locale_name(self) -> str:
        return LOCALE_NAMES[self.locale]


@dataclass(frozen=True)
class Coverage:
    """The languages, by name, that one channel of a template is written in, and those it is not."""

    channel: Channel
    written: Sequence[str]
    missing: Sequence[str]
    purpose: str = ""

    @property
    def channel_name(self) -> Word:
        return channel_name(self.purpose, self.channel)

    @property
    def missing_names(self) -> str:
        return ", ".join(self.missing)


@dataclass(frozen=True)
class Row:
    """A template on the shelf."""

    template: Template
    published: TemplateVersion | None
    draft: TemplateVersion | None
    coverage: Sequence[Coverage]
    versions: Sequence[TemplateVersion] = ()

    @property
    def state(self) -> str:
        if self.template.is_archived:
            return "archived"
        return "published" if self.published else "draft"


@dataclass(frozen=True)
class Group:
    purpose: str
    label: Word
    rows: Sequence[Row]


def groups(user: User, *, show_archived: bool) -> list[Group]:
    """The shelf by purpose. Reads in a constant number of queries."""
    templates = Template.objects.visible_to(user).filter(is_archived=show_archived)
    rows = [_row(template) for template in templates.prefetch_related(_versions())]
    return [
        Group(purpose, PURPOSES[purpose], found)
        for purpose in Purpose
        if (found := [row for row in rows if row.template.purpose == purpose])
    ]


def places(purpose: str) -> list[Place]:
    """Where a template of this purpose may have a text: colleagues read the console's languages alone."""
    locales = CONSOLE if purpose in _TO_COLLEAGUES else tuple(LANGUAGES)
    return [(channel, locale) for locale in locales for channel in channels_of(purpose)]


def channels_of(purpose: str) -> tuple[Channel, ...]:
    return (Channel.EMAIL,) if purpose == Purpose.LETTER else WRITTEN_CHANNELS


def channel_name(purpose: str, channel: Channel) -> Word:
    return PAGE if purpose == Purpose.LETTER else CHANNELS[channel]


@dataclass(frozen=True)
class Line:
    """One line of a comparison: `same`, `added` or `removed`; or a `gap` that stands for so many of the same."""

    kind: str
    text: str = ""
    count: int = 0


@dataclass(frozen=True)
class VariantDiff:
    channel: Word
    locale: str
    lines: Sequence[Line]


def differences(older: Mapping[Place, Text], newer: Mapping[Place, Text], purpose: str) -> list[VariantDiff]:
    """Variant by variant, only those that differ."""
    return [
        VariantDiff(
            channel_name(purpose, place[0]), LOCALE_NAMES.get(place[1], place[1]), list(_lines(before, after))
        )
        for place in sorted(older.keys() | newer.keys())
        if (before := older.get(place, Text("", ""))) != (after := newer.get(place, Text("", "")))
    ]


def _lines(before: Text, after: Text) -> Iterator[Line]:
    """What changed, with the lines around it; the rest is counted."""
    kinds = {"  ": "same", "+ ": "added", "- ": "removed"}
    found = difflib.ndiff(_as_lines(before), _as_lines(after))
    lines = [Line(kinds[line[:2]], line[2:]) for line in found if line[:2] in kinds]
    changed = [number for number, line in enumerate(lines) if line.kind != "same"]
    near = {number + by for number in changed for by in range(-_AROUND, _AROUND + 1)}
    for is_near, run in groupby(enumerate(lines), lambda each: each[0] in near):
        alike = [line for _, line in run]
        if is_near or len(alike) <= _AROUND:
            yield from alike
        else:
            yield Line("gap", count=len(alike))


def _as_lines(text: Text) -> list[str]:
    return [text.subject, *text.body.splitlines()] if text != Text("", "") else []


def _versions() -> Prefetch[str, QuerySet[TemplateVersion], str]:
    versions = TemplateVersion.objects.select_related("author").prefetch_related("variants")
    return Prefetch("versions", queryset=versions.order_by("-number"))


def _row(template: Template) -> Row:
    versions = list(template.versions.all())
    published = next((version for version in versions if version.published_at), None)
    draft = next((version for version in versions if not version.published_at), None)
    written = texts_in(published or draft)
    wanted = places(template.purpose)
    coverage = [
        Coverage(
            channel,
            [
                LOCALE_NAMES[locale]
                for each, locale in wanted
                if each == channel and (each, locale) in written
            ],
            [
                LOCALE_NAMES[locale]
                for each, locale in wanted
                if each == channel and (each, locale) not in written
            ],
            template.purpose,
        )
        for channel in channels_of(template.purpose)
    ]
    return Row(template, published, draft, coverage, versions)

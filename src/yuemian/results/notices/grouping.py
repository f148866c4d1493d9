"""What an approver reads: letters that say the same are one, with the people it goes to; edited ones first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from yuemian.accounts.models import User
from yuemian.domain.languages import LANGUAGES
from yuemian.domain.richtext import to_html
from yuemian.messaging.preview import with_marks
from yuemian.results.changes import changed_words
from yuemian.results.decisions.cards import recommendations_of
from yuemian.results.models import ResultNotice
from yuemian.results.notices.content import LetterText

#: Stands for the person's own name while letters are compared.
_SELF = "\ue002"


@dataclass(frozen=True)
class Person:
    """Whom a letter goes to, without anything that does not belong to the decision."""

    notice: ResultNotice
    recommendations: Sequence[str]
    is_own: bool = False


@dataclass
class Group:
    """One letter, and everybody it goes to. `html` is safe, and that of the first of them."""

    outcome: str
    job: str
    round: str
    locale: str
    text: LetterText
    is_edited: bool
    people: list[Person] = field(default_factory=list)

    @property
    def language(self) -> str:
        return LANGUAGES.get(self.locale, self.locale)

    @property
    def html(self) -> SafeString:
        return shown(self.text)

    @property
    def changes(self) -> SafeString:
        return differences(self.text)

    @property
    def ids(self) -> str:
        return ",".join(str(each.notice.pk) for each in self.people)


def groups(notices: Sequence[ResultNotice], texts: Mapping[UUID, LetterText], reader: User) -> list[Group]:
    """`notices` come with decision, candidate, job and interview; those without a readable text are missing."""
    found: dict[tuple[object, ...], Group] = {}
    heard = recommendations_of(reader, [each.decision.interview_id for each in notices])
    for notice in notices:
        if notice.pk not in texts:
            continue
        text, interview = texts[notice.pk], notice.decision.interview
        alike = tuple(each.replace(notice.candidate_name, _SELF) for each in (text.subject, text.body))
        job = notice.application.job
        key = (
            notice.is_edited,
            notice.outcome,
            job.pk,
            interview.round,
            notice.locale,
            notice.is_correction,
            alike,
        )
        group = found.get(key)
        if group is None:
            title = job.title_in(get_language() or "en")
            group = found[key] = Group(
                notice.outcome, title, interview.round, notice.locale, text, notice.is_edited
            )
        said = heard[notice.decision.interview_id].said
        is_own = reader.pk in notice.authors and not notice.is_single_free
        group.people.append(Person(notice, said, is_own))
    return sorted(
        found.values(), key=lambda each: (not each.is_edited, each.outcome, each.job, -len(each.people))
    )


def shown(text: LetterText) -> SafeString:
    """The final text. What is personal in it is marked, as long as nobody has edited it."""
    source = text.marked if text.marked and not text.is_edited else text.body
    return with_marks(to_html(source))


def differences(text: LetterText) -> SafeString:
    """What a person has changed of what the template gave, word by word; empty when nothing."""
    if not text.is_edited:
        return mark_safe("")
    before, after = f"{text.original_subject}\n\n{text.original_body}", f"{text.subject}\n\n{text.body}"
    return changed_words(before, after)

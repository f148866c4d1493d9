"""Write the template library: drafts, publishing, archiving, copies. A published version never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from yuemian.accounts.models import User
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import TemplateProblem, compile_template
from yuemian.domain.template_language import Problem
from yuemian.messaging.models import Template, TemplateVariant, TemplateVersion
from yuemian.messaging.signals import template_changed
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7

Place = tuple[Channel, str]
#: Begins what `stamp_of` gives, also of a template without any text.
_STAMP: Final = "seen"


@dataclass(frozen=True)
class Text:
    """What a variant says."""

    subject: str
    body: str

    @property
    def is_empty(self) -> bool:
        return not self.body.strip()

    def stripped(self) -> Text:
        """As it is stored."""
        return Text(self.subject.strip(), self.body)


@dataclass(eq=False)
class NotPublishable(Exception):  # noqa: N818
    """The draft has mistakes; `problems` lists them per channel and locale."""

    problems: Mapping[Place, Sequence[Problem]]


class NothingToPublish(Exception):  # noqa: N818
    """There is no draft, or the draft has no text yet; write at least one text first."""


def problems_of(text: Text, purpose: str) -> tuple[Problem, ...]:
    """Every mistake of one text, empty when it can be published."""
    try:
        compile_template(text.subject, text.body, Purpose(purpose))
    except TemplateProblem as wrong:
        return wrong.problems
    return ()


def create_template(
    user: User, *, name: str, purpose: Purpose, round_name: str, now: datetime, outcome: str = ""
) -> Template:
    """A new template with an empty draft; `outcome` is a letter's class, for good."""
    with transaction.atomic():
        template = Template.objects.create(
            organization_id=user.organization_id,
            name=name,
            purpose=purpose,
            round=round_name,
            outcome=outcome,
        )
        _new_draft(user, template, {})
        _record(user, "template.created", template, now)
    return template


def save_draft(user: User, template: Template, place: Place, text: Text, *, now: datetime) -> TemplateVersion:
    """Put a text into the draft; the first change after publishing begins one from the published texts.

    An empty text takes the variant out of the draft. Mistakes may be saved, but not published.
    """
    with transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
        draft = template.versions.filter(published_at=None).first()
        if draft is None:
            draft = _new_draft(user, template, texts_in(newest_published(template)))
            _record(user, "template.draft_begun", template, now, version=draft.number)
        channel, locale = place
        found = draft.variants.filter(channel=channel, locale=locale)
        if text.is_empty:
            found.delete()
        elif not found.update(subject=text.subject.strip(), body=text.body):
            _write(draft, {place: text})
        TemplateVersion.objects.filter(pk=draft.pk).update(author=user)
    return draft


def take_shipped(user: User, template: Template, texts: Mapping[Place, Text], *, now: datetime) -> None:
    """Put shipped texts into the draft, in place of the organization's own."""
    with transaction.atomic():
        for place, text in texts.items():
            save_draft(user, template, place, text, now=now)
        _record(user, "template.shipped_taken", template, now, count=len(texts))


def stamp_of(texts: Mapping[Place, Text]) -> str:
    """What an editor has seen of a template: short digests of its newest texts, for `changed_since`."""
    return " ".join([_STAMP, *(f"{place}={digest}" for place, digest in _digests(texts).items())])


def changed_since(template: Template, seen: str) -> set[Place]:
    """Whose texts are no longer as this editor saw them; none where it says nothing. Nobody else writes until the end
    of the caller's transaction."""
    with transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
    mark, *pairs = seen.split() or [""]
    if mark != _STAMP:
        return set()
    then = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    newest = texts_in(template.versions.order_by("-number").first())
    now = _digests(newest)
    return {
        (Channel(channel), locale)
        for channel, _, locale in (name.partition("/") for name in then.keys() | now.keys())
        if then.get(f"{channel}/{locale}") != now.get(f"{channel}/{locale}") and channel in set(Channel)
    }


def discard_draft(user: User, template: Template, *, now: datetime) -> None:
    """Forget the draft; what is published stays. Raises NothingToPublish when nothing was ever published."""
    with transaction.atomic():
        if newest_published(template) is None:
            raise NothingToPublish(NothingToPublish.__doc__)
        template.versions.filter(published_at=None).delete()
        _record(user, "template.draft_discarded", template, now)


def publish(user: User, template: Template, *, now: datetime) -> TemplateVersion:
    """Make the draft what is sent from now on. Raises NothingToPublish or NotPublishable."""
    with transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
        draft = template.versions.filter(published_at=None).first()
        texts = texts_in(draft)
        if draft is None or not texts:
            raise NothingToPublish(NothingToPublish.__doc__)
        wrong = {
            place: found for place, text in texts.items() if (found := problems_of(text, template.purpose))
        }
        if wrong:
            raise NotPublishable(wrong)
        draft.published_at, draft.author = now, user
        draft.save(update_fields=["published_at", "author"])
        _record(user, "template.published", template, now, version=draft.number)
        template_changed.send(Template, template=template, at=now)
    return draft


def set_archived(user: User, template: Template, *, is_archived: bool, now: datetime) -> None:
    """Take a template out of use, or back into it. What was sent with it keeps pointing at it."""
    with transaction.atomic():
        Template.objects.filter(pk=template.pk).update(is_archived=is_archived)
        _record(user, "template.archived" if is_archived else "template.restored", template, now)
        template_changed.send(Template, template=template, at=now)


def duplicate(user: User, template: Template, *, now: datetime) -> Template:
    """A copy of the newest texts under a free name, as a draft."""
    with transaction.atomic():
        newest = template.versions.order_by("-number").first()
        copy = Template.objects.create(
            organization_id=user.organization_id,
            name=_free_name(user.organization_id, template.name),
            purpose=template.purpose,
            round=template.round,
            outcome=template.outcome,
        )
        _new_draft(user, copy, texts_in(newest))
        _record(user, "template.duplicated", copy, now, original=template.pk)
    return copy


def rename(user: User, template: Template, *, name: str, round_name: str, now: datetime) -> None:
    """Another name or round; texts stay."""
    with transaction.atomic():
        Template.objects.filter(pk=template.pk).update(name=name, round=round_name)
        _record(user, "template.renamed", template, now)


def create_published(
    organization_id: UUID,
    *,
    name: str,
    purpose: Purpose,
    round_name: str,
    texts: Mapping[Place, Text],
    now: datetime,
    outcome: str = "",
) -> Template | None:
    """A template published at once; None when the name is taken. Raises NotPublishable."""
    with transaction.atomic():
        if Template.objects.filter(organization_id=organization_id, name=name).exists():
            return None
        wrong = {place: found for place, text in texts.items() if (found := problems_of(text, purpose))}
        if wrong:
            raise NotPublishable(wrong)
        template = Template.objects.create(
            organization_id=organization_id, name=name, purpose=purpose, round=round_name, outcome=outcome
        )
        version = TemplateVersion.objects.create(
            id=uuid7(), organization_id=organization_id, template=template, number=1, published_at=now
        )
        _write(version, texts)
        audit.record(
            organization_id, audit.SYSTEM, "template.installed", at=now, subject=("template", template.pk)
        )
    return template


def publish_shipped(template: Template, texts: Mapping[Place, Text], *, now: datetime) -> bool:
    """A version with these texts, where no person has written one yet. Whether there was something to say anew."""
    with transaction.atomic():
        Template.objects.select_for_update().get(pk=template.pk)
        versions = list(template.versions.order_by("-number"))
        if any(each.author_id or not each.published_at for each in versions) or not versions:
            return False
        if texts_in(versions[0]) == {place: text.stripped() for place, text in texts.items()}:
            return False
        version = TemplateVersion.objects.create(
            id=uuid7(),
            organization_id=template.organization_id,
            template=template,
            number=versions[0].number + 1,
            published_at=now,
        )
        _write(version, texts)
        audit.record(
            template.organization_id,
            audit.SYSTEM,
            "template.renewed",
            at=now,
            subject=("template", template.pk),
            version=version.number,
        )
        template_changed.send(Template, template=template, at=now)
    return True


def newest_published(template: Template) -> TemplateVersion | None:
    return template.versions.filter(published_at__isnull=False).order_by("-number").first()


def texts_in(version: TemplateVersion | None) -> dict[Place, Text]:
    """A version's texts by channel and locale."""
    if version is None:
        return {}
    return {
        (Channel(each.channel), each.locale): Text(each.subject, each.body) for each in version.variants.all()
    }


def _digests(texts: Mapping[Place, Text]) -> dict[str, str]:
    return {
        f"{channel}/{locale}": sha256(f"{text.subject}\0{text.body}".encode()).hexdigest()[:16]
        for (channel, locale), text in texts.items()
    }


def _new_draft(user: User, template: Template, texts: Mapping[Place, Text]) -> TemplateVersion:
    last = template.versions.order_by("-number").values_list("number", flat=True).first() or 0
    draft = TemplateVersion.objects.create(
        organization_id=user.organization_id, template=template, number=last + 1, author=user
    )
    _write(draft, texts)
    return draft


def _write(version: TemplateVersion, texts: Mapping[Place, Text]) -> None:
    TemplateVariant.objects.bulk_create(
        TemplateVariant(
            organization_id=version.organization_id,
            version=version,
            channel=channel,
            locale=locale,
            subject=text.subject.strip(),
            body=text.body,
        )
        for (channel, locale), text in texts.items()
    )


def _free_name(organization_id: UUID, name: str) -> str:
    taken = set(Template.objects.filter(organization_id=organization_id).values_list("name", flat=True))
    number = 1
    while True:
        mark = _(" (copy)") if number == 1 else _(" (copy %(number)d)") % {"number": number}
        candidate = name[: 80 - len(mark)] + mark
        if candidate not in taken:
            return candidate
        number += 1


def _record(user: User, action: str, template: Template, now: datetime, **details: object) -> None:
    audit.record(
        user.organization_id, user.actor, action, at=now, subject=("template", template.pk), **details
    )

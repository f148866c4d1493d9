"""From a claimed row to a finished message: a function of the stored snapshot alone, checked before it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from yuemian.channels.base import BadAddress, Message
from yuemian.channels.mail import (
    CONTENT_STYLES,
    MailForm,
    Shell,
    ShellTexts,
    facts_html,
    message_id,
    normalise_address,
    shell,
    slots,
)
from yuemian.domain.richtext import to_html, to_text
from yuemian.domain.states import Purpose
from yuemian.domain.template import (
    Compiled,
    Rendered,
    RenderProblem,
    TemplateProblem,
    compile_template,
    render,
)
from yuemian.hiring.models import ContactPoint
from yuemian.messaging.engine.claim import Claimed, Sender, Text
from yuemian.messaging.engine.wording import words
from yuemian.messaging.models import Notification
from yuemian.trust.vault import Vault

_LINK: Final = re.compile(r"/c/([A-Za-z0-9_-]{16,})")
#: Published texts never change, so they are kept; more than this many at once is not a busy company but a mistake.
_KEPT: Final = 2000
#: Where the link of a test message leads: it belongs to nobody.
_NOBODY: Final = "preview"
#: The subject names the company for the inbox; inside the mail its name stands above already.
_COMPANY: Final = re.compile(r"^(?:【[^】]*】|\[[^\]]*\])\s*")
_TIMES: Final = frozenset({"interview_when", "interview_date", "interview_time"})


class CrossTalk(RenderProblem):
    """A message carries another person's link; it is parked, and nothing of it leaves."""


class _Built:
    """A form whose work is done: building happens where a failure concerns one person only."""

    is_wire_ready = MailForm.is_wire_ready

    def __init__(self, raw: bytes, page: str) -> None:
        self._raw, self._page = raw, page

    def mail(self, message: Message, now: datetime) -> bytes:  # noqa: ARG002
        return self._raw

    def html(self, message: Message) -> str:  # noqa: ARG002
        return self._page


class Renderer:
    """Renders for one process; keeps compiled texts and prepared forms."""

    def __init__(self, public_url: str) -> None:
        self._base = f"{public_url}/c/"
        self._host = urlsplit(public_url).netloc
        self._texts: dict[tuple[UUID, str, str], Compiled | TemplateProblem] = {}
        self._forms: dict[tuple[UUID, str, str, bool], MailForm] = {}

    def missing(self, rows: Iterable[Claimed]) -> set[UUID]:
        """The template versions whose texts are not known yet."""
        return {row.version_id for row in rows if _text_key(row) not in self._texts}

    def learn(self, texts: Iterable[Text]) -> None:
        if len(self._texts) > _KEPT:
            self._texts.clear()
        for text in texts:
            try:
                # A text message has no subject; the language wants one.
                subject = text.subject or "{{ organization_name }}"
                self._texts[text.version_id, text.channel, text.locale] = compile_template(subject, text.body)
            except TemplateProblem as problem:
                self._texts[text.version_id, text.channel, text.locale] = problem

    def message(self, row: Claimed, sender: Sender, vault: Vault, mail_from: str, *, is_lab: bool) -> Message:
        """Complete and checked. Raises RenderProblem, TemplateProblem, Unreadable, ChannelError."""
        snapshot = orjson.loads(
            vault.open_bytes(row.key, Notification.PLACE, row.notification_id, row.parameters_sealed)
        )
        token = snapshot["token"] or _NOBODY
        # Somebody of the company is led to their own page; a candidate's link comes from the token alone.
        link = snapshot["context"].get("interview_link") if row.user_name is not None else None
        context = snapshot["context"] | {"answer_link": link or self._base + token}
        compiled = self._compiled(row)
        said = render(compiled, context)
        check_own_link(said, token, is_linked="answer_link" in compiled.used)
        to = _address(row, vault)
        if row.channel != "email":
            text = to_text(said.text)
            return Message(
                str(row.id), str(row.id), to, "", text, row.locale, slots={"link": self._base + token}
            )
        filled = mail_slots(row.purpose, said, context, row.locale, used=compiled.used)
        return self._mail(row, sender, to, said, context, filled=filled, mail_from=mail_from, is_lab=is_lab)

    def _mail(
        self,
        row: Claimed,
        sender: Sender,
        to: str,
        said: Rendered,
        context: Mapping[str, Any],
        *,
        filled: dict[str, str],
        mail_from: str,
        is_lab: bool,
    ) -> Message:
        form = self._form(sender, row.locale, is_question=row.purpose != Purpose.CANCELLATION)
        # The same for every attempt, so that a repeated copy is recognised as one.
        domain = mail_from.rpartition("@")[2] or "localhost"
        message = Message(
            delivery_id=str(row.id),
            key=str(row.id),
            to=normalise_address(to),
            subject=said.subject,
            text=said.text,
            locale=row.locale,
            to_name=row.user_name or context.get("candidate_name", ""),
            sender=mail_from,
            sender_name=sender.name_in(row.locale),
            reply_to=_reply_address(context.get("contact_email", "")),
            reply_to_name=context.get("contact_name", ""),
            message_id=message_id(str(row.notification_id), row.occurrence, domain),
            slots=filled,
        )
        if is_lab:
            link = {"link": context["answer_link"]}
            return replace(message, form=_Built(b"", form.html(message)), slots=link)
        built = _Built(form.mail(message, row.now), "")
        return Message(message.key, message.key, message.to, "", "", sender=mail_from, form=built)

    def _compiled(self, row: Claimed) -> Compiled:
        found = self._texts.get(_text_key(row))
        if isinstance(found, Compiled):
            return found
        if found is not None:
            raise found
        raise RenderProblem(f"The template version has no {row.channel} text in {row.locale}; write one.")

    def _form(self, sender: Sender, locale: str, *, is_question: bool) -> MailForm:
        name = sender.name_in(locale)
        key = (sender.id, name, locale, is_question)
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) > _KEPT:
                self._forms.clear()
            frame = mail_frame(name, self._host, locale, is_question=is_question)
            form = self._forms[key] = MailForm(frame)
        return form


def mail_frame(organization: str, host: str, locale: str, *, is_question: bool) -> Shell:
    """What is equal for every mail of an organization in one language; previews use it too."""
    said = words(locale)
    genuine = said.genuine.format(organization=organization, host=host)
    button = said.answer if is_question else said.view
    return shell(ShellTexts(organization, button, said.link_note, [genuine, said.no_data]), locale)


def mail_slots(
    purpose: str, said: Rendered, context: Mapping[str, Any], locale: str, *, used: AbstractSet[str]
) -> dict[str, str]:
    """What differs between people; previews use it too.

    The text is HR's and whole. In HTML the line that is only the link becomes the button; a card of facts and the
    contact are added only where the text does not say them itself (`used`: the placeholders it has).
    """
    facts = facts_of(purpose, context, locale)
    link = context["answer_link"]
    before, _, after = f"{said.text}\n".partition(f"\n{link}\n")
    closing = "" if "contact_name" in used else _contact(context, locale)
    return slots(
        preheader=_preheader(said, facts),
        heading=_COMPANY.sub("", said.subject) or said.subject,
        content=_paragraphs(before),
        facts="" if used & _TIMES else _card(facts),
        link=link,
        after=_paragraphs(f"{after}\n\n{closing}"),
    )


def _paragraphs(text: str) -> str:
    return "".join([_paragraph(part) for part in text.split("\n\n") if part.strip()])


def check_own_link(said: Rendered, token: str, *, is_linked: bool) -> None:
    """Every candidate's link in the text is this person's, and it is there when the template asks for it."""
    found = _LINK.findall(said.text)
    if any(other != token for other in found) or _LINK.search(said.subject):
        raise CrossTalk("The text carries a link that is not this person's; it was not sent.")
    if is_linked and token != _NOBODY and token not in said.text and token not in said.subject:
        raise CrossTalk("The text lacks this person's own link; it was not sent.")


# Most paragraphs and cards of a batch are equal, word for word: only what differs is turned into HTML again.
@lru_cache(maxsize=2048)
def _paragraph(text: str) -> str:
    return to_html(text, CONTENT_STYLES)


@lru_cache(maxsize=2048)
def _card(facts: tuple[tuple[str, str], ...]) -> str:
    return facts_html(facts)


def facts_of(purpose: str, context: Mapping[str, Any], locale: str) -> tuple[tuple[str, str], ...]:
    """The card of key facts; an answer to a question has none, a cancellation names the time alone."""
    said = words(locale)
    if purpose == Purpose.ANSWER:
        return ()
    when = (said.when, context.get("interview_when", ""))
    if purpose == Purpose.CANCELLATION:
        return (when,)
    place = "\n".join(part for part in (context.get("place_name"), context.get("place_address")) if part)
    return (
        when,
        (said.where, place),
        (said.video, context.get("video_link", "")),
        (said.bring, "\n".join(context.get("materials", ()))),
        (said.flow, "\n".join(context.get("flow", ()))),
    )


def _text_key(row: Claimed) -> tuple[UUID, str, str]:
    return row.version_id, row.channel, row.locale


def _address(row: Claimed, vault: Vault) -> str:
    if row.user_name is not None:
        return (row.user_email if row.channel == "email" else row.user_phone) or ""
    assert row.contact_point_id is not None
    assert row.contact_sealed is not None
    return vault.open(row.key, ContactPoint.PLACE, row.contact_point_id, row.contact_sealed)


def _preheader(said: Rendered, facts: tuple[tuple[str, str], ...]) -> str:
    """What a phone shows beside the subject: when and where, else how the text begins."""
    shown = [value.partition("\n")[0] for _, value in facts[:2] if value]
    return "，".join(shown) if shown else said.text[:90].replace("\n", " ")


def _contact(context: Mapping[str, Any], locale: str) -> str:
    name, phone = context.get("contact_name", ""), context.get("contact_phone", "")
    if not name:
        return ""
    return f"{words(locale).contact}: {name} {phone}".strip()


def _reply_address(address: str) -> str:
    """The recruiter's own address; one that cannot work is left out rather than stopping the mail."""
    try:
        return normalise_address(address)
    except BadAddress:
        return ""

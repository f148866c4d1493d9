"""From a claimed row to a finished message: a function of the stored snapshot alone, checked before it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from yuemian.channels.base import BadAddress, Message
from yuemian.channels.mail import (
    CONTENT_STYLES,
    MailForm,
    Sheet,
    Shell,
    ShellTexts,
    message_id,
    normalise_address,
    sections_html,
    shell,
)
from yuemian.domain.mail_reply import marker
from yuemian.domain.notice_code import code_of
from yuemian.domain.pattern import CODE_MARK, TOKEN_MARK, may_have_mark
from yuemian.domain.richtext import to_text
from yuemian.domain.short_code import grouped
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
from yuemian.messaging.engine.alike import (
    MARKS,
    Alike,
    AlikeMails,
    AlikeTexts,
    Built,
    Person,
    always_fits,
    person_of,
)
from yuemian.messaging.engine.answers import Answers
from yuemian.messaging.engine.claim import Claimed, SealedKey, Sender, Text
from yuemian.messaging.engine.invitation import invitation_form, with_invitation
from yuemian.messaging.engine.mail_parts import has_preheader, slots_of
from yuemian.messaging.engine.phrasing import (
    NOBODY,
    Phrasing,
    Wording,
    check_own_link,
    paragraphs,
)
from yuemian.messaging.engine.staff_wording import staff_words
from yuemian.messaging.engine.wording import words
from yuemian.messaging.snapshots import open_rest
from yuemian.trust.keyring import keyring
from yuemian.trust.vault import Vault

#: Published texts never change, so they are kept; more than this many at once is not a busy company but a mistake.
_KEPT: Final = 2000
#: Not through `paragraphs`, which remembers what it has seen: this differs in every mail.
_CHECK: Final = f'<p style="{CONTENT_STYLES["p"]}">{{}}</p>'
#: Purposes whose button says something of its own.
_OWN_BUTTONS: Final = frozenset(
    {Purpose.CANCELLATION, Purpose.DIGEST, Purpose.CODE, Purpose.RESULT, Purpose.APPROVAL}
)


class Renderer:
    """Renders for one process; keeps compiled texts and prepared forms."""

    def __init__(self, public_url: str) -> None:
        self._base = f"{public_url}/c/"
        self._check_address = f"{public_url}/verify"
        self._host = urlsplit(public_url).netloc
        self._texts: dict[tuple[UUID, str, str], Phrasing | TemplateProblem] = {}
        self._forms: dict[tuple[UUID, str, str, str, bool], MailForm] = {}
        self._answers = Answers()
        #: By what makes people alike; None: each of them is rendered whole.
        self._alike: dict[tuple[Any, ...], Alike | None] = {}

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
                compiled = compile_template(subject, text.body)
                phrasing = Phrasing(compiled, self._base, is_html=text.channel == "email")
                self._texts[text.version_id, text.channel, text.locale] = phrasing
            except TemplateProblem as problem:
                self._texts[text.version_id, text.channel, text.locale] = problem

    def message(
        self,
        row: Claimed,
        sender: Sender,
        vault: Vault,
        mail_from: str,
        shared: bytes = b"",
        *,
        is_lab: bool,
    ) -> Message:
        """Complete and checked; `shared` is how its snapshot begins, where the row has only the rest.

        Raises RenderProblem, TemplateProblem, Unreadable, ChannelError.
        """
        key = row.key
        rest = open_rest(vault, key, row.notification_id, row.shared_id, row.parameters_sealed)
        content = shared + rest if shared else rest
        if not is_lab and not row.is_discreet and row.candidate_id is not None:
            person = person_of(shared, rest)
            alike = self._alike_of(row, sender, mail_from, content, person) if person else None
            if person and alike:
                to, code = _address(row, key, vault), ""
                if row.channel == "email":
                    to, code = normalise_address(to), notice_code(row.notification_id)
                message = alike.message(row, sender, person, to=to, code=code)
                if message is not None:
                    return message
        return self.whole(row, sender, vault, mail_from, orjson.loads(content), is_lab=is_lab)

    def _alike_of(
        self, row: Claimed, sender: Sender, mail_from: str, content: bytes, person: Person
    ) -> Alike | None:
        """What those who are alike share; None where a message has to be rendered for this person alone."""
        kind = (
            person.shared, row.version_id, row.channel, row.locale, row.purpose, row.subject_revision,
            sender, mail_from,
        )  # fmt: skip
        known = self._alike.get(kind)
        if known is not None or kind in self._alike:
            return known
        phrasing = self._phrasing(row)
        found: Alike | None = None
        if (
            phrasing.can_open
            and row.purpose != Purpose.CODE
            and not may_have_mark(content + (sender.name + sender.name_en).encode())
        ):
            context = orjson.loads(content)["context"]
            wording = phrasing.opened(context)
            if wording is None:
                return None  # the next of the kind may be filled in
            found = self._opened(row, sender, mail_from, context, wording) if always_fits(wording) else None
        if len(self._alike) > _KEPT:
            self._alike.clear()
        self._alike[kind] = found
        return found

    def _opened(
        self, row: Claimed, sender: Sender, mail_from: str, context: Mapping[str, Any], wording: Wording
    ) -> Alike | None:
        """From a wording with marks to the whole message with marks, by the same steps as for one person."""
        if row.channel != "email":
            return AlikeTexts(wording, self._base, has_title=row.channel == "wechat")
        link, used = self._base + TOKEN_MARK, self._phrasing(row).compiled.used
        if not has_preheader(row.purpose, context, row.locale, used=used):
            return None  # it would be cut from the text, where a name is longer than its mark
        filled = slots_of(row.purpose, wording, context, row.locale, link, used=used)
        wording = self._with_code(wording, filled, CODE_MARK, row.locale)
        form = self._form(sender, row.locale, row.purpose, is_replyable=self._answers.are_read(row, sender))
        sample = self._unbuilt(row, sender, "", wording, context, filled=filled, mail_from=mail_from)
        calendar = invitation_form(row, context)
        # On a copy: the address that answers go to is each person's own.
        prepared = self._answers.prepare(replace(sample), row, sender, answered="")
        sheet = Sheet(form, prepared, MARKS, calendar.method if calendar else "")
        return AlikeMails(sheet, sample, self._base, calendar, self._answers)

    def whole(
        self,
        row: Claimed,
        sender: Sender,
        vault: Vault,
        mail_from: str,
        snapshot: Mapping[str, Any],
        *,
        is_lab: bool,
    ) -> Message:
        """For this person alone. Raises as `message`."""
        key = row.key
        token = snapshot["token"] or NOBODY
        context, link = snapshot["context"], self._base + token
        phrasing = self._phrasing(row)
        code = notice_code(row.notification_id) if row.user_name is None else ""
        if "verify_code" in phrasing.compiled.used:
            context = {**context, "verify_code": code}
        if row.user_name is not None and (own := _own_link(context)):
            link, wording = own, _to_staff(phrasing.compiled, context, own)
        else:
            wording = phrasing.say(context, token)
        to = _address(row, key, vault)
        if row.purpose == Purpose.CODE:
            link = self._check_address  # a code is about no page of its own
        if row.channel != "email":
            if row.is_discreet:
                said = discreet(row.purpose, context, row.locale, link)
                wording = wording._replace(said=said, plain=said.text)
            id_ = str(row.id)
            title = wording.said.subject if row.channel == "wechat" else ""  # a text message has none
            return Message(id_, id_, to, title, wording.plain, row.locale, slots={"link": link})
        filled = slots_of(row.purpose, wording, context, row.locale, link, used=phrasing.compiled.used)
        if code and row.purpose != Purpose.CODE:
            wording = self._with_code(wording, filled, code, row.locale)
        if row.is_discreet:
            said = Rendered(words(row.locale).discreet_subject, wording.said.text)
            wording = wording._replace(said=said)
            filled["preheader"] = escape(said.subject)
        return self._mail(
            row,
            sender,
            to,
            wording,
            context,
            filled=filled,
            link=link,
            mail_from=mail_from,
            is_lab=is_lab,
            answered=snapshot.get("answered", ""),
        )

    def _with_code(self, wording: Wording, filled: dict[str, str], code: str, locale: str) -> Wording:
        """At the end of a mail, by which the candidate finds out that it is genuine."""
        check = words(locale).check.format(code=code, address=self._check_address)
        filled["after"] += _CHECK.format(escape(check))
        said = Rendered(wording.said.subject, f"{wording.said.text}\n\n{check}")
        return wording._replace(said=said, plain=f"{wording.plain}\n\n{check}")

    def _mail(
        self,
        row: Claimed,
        sender: Sender,
        to: str,
        wording: Wording,
        context: Mapping[str, Any],
        *,
        filled: dict[str, str],
        link: str,
        mail_from: str,
        is_lab: bool,
        answered: str = "",
    ) -> Message:
        is_replyable = not is_lab and self._answers.are_read(row, sender)
        form = self._form(sender, row.locale, row.purpose, is_replyable=is_replyable)
        message = self._unbuilt(
            row, sender, normalise_address(to), wording, context, filled=filled, mail_from=mail_from
        )
        if is_lab:
            message.text = wording.said.text
            return replace(message, form=Built(b"", form.html(message)), slots={"link": link})
        message = self._answers.prepare(message, row, sender, answered=answered)
        raw = with_invitation(form.mail(message, row.now), row, message, context, link)
        message.form = Built(raw)
        message.text, message.slots = "", {}  # nobody needs any more what it was built from
        return message

    def _unbuilt(
        self,
        row: Claimed,
        sender: Sender,
        to: str,
        wording: Wording,
        context: Mapping[str, Any],
        *,
        filled: Mapping[str, str],
        mail_from: str,
    ) -> Message:
        # The same for every attempt, so that a repeated copy is recognised as one.
        domain = mail_from.rpartition("@")[2] or "localhost"
        id_ = str(row.id)
        return Message(
            delivery_id=id_,
            key=id_,
            to=to,
            subject=wording.said.subject,
            text=wording.plain,
            locale=row.locale,
            to_name=row.user_name or context.get("candidate_name", ""),
            sender=mail_from,
            sender_name="" if row.is_discreet else sender.name_in(row.locale),
            reply_to=_reply_address(context.get("contact_email", "")),
            reply_to_name=context.get("contact_name", ""),
            message_id=message_id(str(row.notification_id), row.occurrence, domain),
            slots=filled,
        )

    def _phrasing(self, row: Claimed) -> Phrasing:
        found = self._texts.get(_text_key(row))
        if isinstance(found, Phrasing):
            return found
        if found is not None:
            raise found
        raise RenderProblem(f"The template version has no {row.channel} text in {row.locale}; write one.")

    def _form(self, sender: Sender, locale: str, purpose: str, *, is_replyable: bool) -> MailForm:
        name = sender.name_in(locale)
        kind = purpose if purpose in _OWN_BUTTONS else ""
        key = (sender.id, name, locale, kind, is_replyable)
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) > _KEPT:
                self._forms.clear()
            frame = mail_frame(name, self._host, locale, purpose, is_replyable=is_replyable)
            form = self._forms[key] = MailForm(frame)
        return form


def mail_frame(
    organization: str, host: str, locale: str, purpose: str, *, is_replyable: bool = False
) -> Shell:
    """What is equal for every mail of an organization in one language; previews use it too."""
    said = words(locale)
    if purpose == Purpose.DIGEST:
        to_staff = staff_words(locale)
        why = to_staff.digest_why.format(organization=organization, host=host)
        return shell(ShellTexts(organization, to_staff.open_today, said.link_note, [why]), locale)
    genuine = said.genuine.format(organization=organization, host=host)
    to_view = dict.fromkeys((Purpose.CANCELLATION, Purpose.RESULT, Purpose.APPROVAL), said.view)
    button = {**to_view, Purpose.CODE: said.check_button}.get(Purpose(purpose), said.answer)
    line = marker(locale) if is_replyable else ""
    texts = ShellTexts(organization, button, said.link_note, [genuine, said.no_data], reply_line=line)
    return shell(texts, locale)


def notice_code(notification: UUID) -> str:
    """What is printed in a notice, by which the candidate checks that it is ours."""
    return grouped(code_of(keyring().index, notification))


def discreet(purpose: str, context: Mapping[str, Any], locale: str, link: str) -> Rendered:
    """For somebody whose phone others see: neither company nor interview, only the way, or the code."""
    said = words(locale)
    if purpose == Purpose.CODE:
        text = said.discreet_code.format(code=context["code"], minutes=context["code_minutes"])
    else:
        text = said.discreet.format(link=link)
    return Rendered(said.discreet_subject, text)


def _own_link(context: Mapping[str, Any]) -> str:
    """Where somebody of the company is led: a page behind the sign-in. Tests have none, they show the candidate's."""
    found = map(context.get, ("interview_link", "today_link", "results_link"))
    return str(next((link for link in found if link), ""))


def _to_staff(compiled: Compiled, context: Mapping[str, Any], link: str) -> Wording:
    """Rendered whole: there are few of them, and no two are alike."""
    said = render(compiled, {**context, "answer_link": link})
    check_own_link(said, NOBODY, is_linked=False)
    before, _, after = f"{said.text}\n".partition(f"\n{link}\n")
    return Wording(said, to_text(said.text), _with_sections(before, context), paragraphs(after))


def _with_sections(text: str, context: Mapping[str, Any]) -> str:
    """Where the text says a digest's parts, HTML shows them as cards; what stands around them is HR's."""
    if "digest_sections" not in context:
        return paragraphs(text)
    before, _, after = text.partition(context["digest"])
    return f"{paragraphs(before)}{sections_html(context['digest_sections'])}{paragraphs(after)}"


def _text_key(row: Claimed) -> tuple[UUID, str, str]:
    return row.version_id, row.channel, row.locale


def _address(row: Claimed, key: SealedKey, vault: Vault) -> str:
    if row.user_name is not None:
        return (row.user_email if row.channel == "email" else row.user_phone) or ""
    assert row.contact_point_id is not None
    assert row.contact_sealed is not None
    return vault.open(key, ContactPoint.PLACE, row.contact_point_id, row.contact_sealed)


def _reply_address(address: str) -> str:
    """The recruiter's own address; one that cannot work is left out rather than stopping the mail."""
    try:
        return normalise_address(address)
    except BadAddress:
        return ""

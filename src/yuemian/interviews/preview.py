"""What a candidate would receive, rendered for eyes before anything is planned."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from yuemian.accounts.models import Organization
from yuemian.domain.placeholder import samples
from yuemian.domain.richtext import to_text
from yuemian.domain.segments import Segments, count_segments
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import Rendered, RenderProblem, TemplateProblem, compile_template, render
from yuemian.interviews.facts import context_of
from yuemian.interviews.models import Interview
from yuemian.messaging.actions.content import best_locale, texts_of
from yuemian.messaging.engine.mail_parts import mail_slots
from yuemian.messaging.engine.render import mail_frame
from yuemian.messaging.models import TemplateVersion

#: As long as a real one, so that the parts of a text message are counted right; it opens nothing.
SAMPLE_TOKEN = "k3VqT9hLr2XwZ8mNb5yGd7JcF4sPa6QeU1oHiKtWnRx"  # noqa: S105
#: Known only once something changes or somebody asks: a preview shows the catalogue's sample.
ONLY_LATER = (
    "old_when",
    "old_place",
    "change_reason",
    "cancellation_reason",
    "candidate_question",
    "hr_answer",
)


@dataclass(frozen=True)
class Preview:
    """One message as it would read; `problem` says why it cannot be written for this person."""

    channel: Channel
    locale: str
    subject: str = ""
    text: str = ""
    problem: str = ""
    used: frozenset[str] = frozenset()

    @property
    def plain(self) -> str:
        return to_text(self.text)

    @property
    def segments(self) -> Segments:
        return count_segments(self.plain)


def answer_link() -> str:
    return f"{settings.PUBLIC_URL}/c/{SAMPLE_TOKEN}"


def locale_for(interview: Interview, version: TemplateVersion) -> str:
    """The language the engine would choose."""
    wanted = (interview.application.candidate.locale, interview.branch.locale)
    return best_locale(texts_of(version), wanted) or "zh-hans"


def preview(
    interview: Interview, organization: Organization, version: TemplateVersion, channel: Channel, locale: str
) -> Preview:
    """Render with the same functions the engine uses."""
    variant = texts_of(version).get(locale, {}).get(channel)
    if variant is None:
        return Preview(channel, locale, problem=_("The template has no text for this channel and language."))
    purpose = Purpose(version.template.purpose)
    invented = samples(locale, purpose)
    later = {name: invented[name] for name in ONLY_LATER if name in invented}
    context = {**later, **context_of(interview, organization, locale, answer_link=answer_link())}
    try:
        # A text message has no subject; the language wants one.
        compiled = compile_template(variant.subject or "{{ organization_name }}", variant.body)
        rendered = render(compiled, context)
    except (TemplateProblem, RenderProblem) as error:
        return Preview(channel, locale, problem=str(error))
    return Preview(channel, locale, rendered.subject, rendered.text, used=compiled.used)


def mail_page(found: Preview, interview: Interview, organization: Organization, purpose: str) -> str:
    """The mail's HTML, as a mail program shows it: the engine's own frame, filled."""
    context = context_of(interview, organization, found.locale, answer_link=answer_link())
    frame = mail_frame(
        organization.name_in(found.locale),
        urlsplit(settings.PUBLIC_URL).netloc,
        found.locale,
        str(purpose),
    )
    said = Rendered(found.subject, found.text)
    return frame.fill(mail_slots(purpose, said, context, found.locale, used=found.used))

"""The template library and its editor."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.fresh import password_first
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.domain.languages import direction
from yuemian.domain.placeholder import Kind, available
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging import shelf
from yuemian.messaging.actions import library
from yuemian.messaging.actions.library import NothingToPublish, NotPublishable, Place, Text
from yuemian.messaging.forms import ROUNDS, TemplateForm
from yuemian.messaging.models import Template, TemplateVariant, TemplateVersion
from yuemian.messaging.preview import preview
from yuemian.messaging.previews import people, preview_context
from yuemian.messaging.shipped import has_newer, shipped_for
from yuemian.messaging.wording import OUTCOMES, PLACEHOLDER_LABELS, PURPOSE_HINTS, PURPOSES

LONGEST_SUBJECT = TemplateVariant._meta.get_field("subject").max_length or 200
LONGEST_BODY = TemplateVariant._meta.get_field("body").max_length or 8000


@requires(Permission.SEE_INTERVIEWS)
@require_safe
def template_list(request: SignedInRequest) -> HttpResponse:
    """The shelf, by purpose."""
    is_archive = request.GET.get("show") == "archived"
    may_edit = request.user.may(Permission.EDIT_TEMPLATES)
    groups = shelf.groups(request.user, show_archived=is_archive)
    rows = [row for group in groups for row in group.rows] if may_edit and not is_archive else []
    context = {
        "groups": groups,
        "is_archive": is_archive,
        "may_edit": may_edit,
        "newer": {row.template.pk for row in rows if has_newer(row.template, row.versions)},
    }
    return render(request, "messaging/templates.html", context)


@requires(Permission.EDIT_TEMPLATES)
def template_new(request: SignedInRequest) -> HttpResponse:
    """Name a new template, then write it."""
    form = TemplateForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        template = library.create_template(
            request.user,
            name=data["name"],
            purpose=Purpose(data["purpose"]),
            round_name=data["round_name"].strip(),
            now=timezone.now(),
            outcome=data["outcome"],
        )
        return HttpResponseRedirect(reverse("template", args=[template.pk]))
    context = {"form": form, "rounds": ROUNDS, "hints": PURPOSE_HINTS}
    return render(request, "messaging/template_new.html", context)


@requires(Permission.SEE_INTERVIEWS)
@require_safe
def template_editor(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Write one variant at a time, with the preview beside it."""
    template = _template(request, template_id)
    place = _place(template, request.GET.get("channel", ""), request.GET.get("locale", ""))
    return render(request, "messaging/template.html", _editor(request, template, place))


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def template_save(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Put the text into the draft; with `publish`, publish the draft too, after the password."""
    template = _template(request, template_id)
    place, text = _place_of(request, template), _text_of(request)
    now = timezone.now()
    changed = library.changed_since(template, request.POST.get("seen", ""))
    stored = library.texts_in(template.versions.order_by("-number").first()).get(place, Text("", ""))
    if changed and ("publish" in request.POST or (place in changed and text != stored)):
        return _overtaken(request, template, place, text, changed)
    if text != stored:
        library.save_draft(request.user, template, place, text, now=now)
    if "publish" not in request.POST:
        messages.success(request, _("Draft saved. Nothing is sent with it before you publish it."))
        return _back_to(template, place)
    return _password_first(request, template, place, text) or _publish(request, template, place, now)


def _password_first(
    request: SignedInRequest, template: Template, place: Place, text: Text
) -> HttpResponse | None:
    """What was typed is a draft by now; the page passes on that this was seen, so that nobody else's is published."""
    newest = library.texts_in(template.versions.order_by("-number").first())
    sent = {"channel": place[0], "locale": place[1], "subject": text.subject, "body": text.body}
    sent |= {"seen": library.stamp_of(newest), "publish": "1"}
    return password_first(request, list(sent.items()))


def _publish(request: SignedInRequest, template: Template, place: Place, now: datetime) -> HttpResponse:
    try:
        version = library.publish(request.user, template, now=now)
    except NothingToPublish:
        messages.info(request, _("Nothing has changed since the last version."))
    except NotPublishable as wrong:
        messages.error(request, _("Not published: some texts have mistakes. They are marked below."))
        return _back_to(template, next(iter(wrong.problems)))
    else:
        text_of_version = _("Version %(number)d is published: everything sent from now on uses it.")
        messages.success(request, text_of_version % {"number": version.number})
    return _back_to(template, place)


@requires(Permission.SEE_INTERVIEWS)
@require_POST
def template_preview(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """The preview part for what is typed; writes nothing."""
    template = _template(request, template_id)
    place = _place_of(request, template)
    return render(
        request,
        "messaging/parts/preview.html",
        _preview(request, template, place, _text_of(request), request.POST.get("person", "")),
    )


@requires(Permission.SEE_INTERVIEWS)
@require_safe
def template_people(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Options of the sample person, found by name."""
    _template(request, template_id)
    found = people(request.user, request.GET.get("who", "").strip())
    return render(request, "messaging/parts/people.html", {"people": found})


@requires(Permission.SEE_INTERVIEWS)
@require_safe
def template_version(request: SignedInRequest, template_id: UUID, number: int) -> HttpResponse:
    """One version: what it changed against the one before."""
    template = _template(request, template_id)
    version = get_object_or_404(template.versions.select_related("author"), number=number)
    earlier = template.versions.filter(number__lt=number).order_by("-number").first()
    context = {
        "template": template,
        "version": version,
        "earlier": earlier,
        "differences": shelf.differences(
            library.texts_in(earlier), library.texts_in(version), template.purpose
        ),
    }
    return render(request, "messaging/template_version.html", context)


@requires(Permission.EDIT_TEMPLATES)
def template_rename(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Another name or round."""
    template = _template(request, template_id)
    initial = {"name": template.name, "round_name": template.round}
    form = TemplateForm(request.user, request.POST or None, template=template, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        round_name = data["round_name"].strip()
        library.rename(request.user, template, name=data["name"], round_name=round_name, now=timezone.now())
        return _back_to(template, shelf.places(template.purpose)[0])
    return render(
        request, "messaging/template_new.html", {"form": form, "rounds": ROUNDS, "template": template}
    )


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def template_archive(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Take the template out of use, or back into it (`restore`)."""
    template = _template(request, template_id)
    is_archived = "restore" not in request.POST
    library.set_archived(request.user, template, is_archived=is_archived, now=timezone.now())
    told = (
        _("“%(name)s” is in the archive; nothing new is sent with it.")
        if is_archived
        else _("“%(name)s” is in use again.")
    )
    messages.success(request, told % {"name": template.name})
    return HttpResponseRedirect(reverse("templates"))


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def template_duplicate(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """A copy to work on."""
    copy = library.duplicate(request.user, _template(request, template_id), now=timezone.now())
    messages.success(request, _("This is the copy. It is a draft until you publish it."))
    return HttpResponseRedirect(reverse("template", args=[copy.pk]))


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def template_discard(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Forget the draft; the published version stays."""
    template = _template(request, template_id)
    if library.changed_since(template, request.POST.get("seen", "")):
        messages.error(request, _("Somebody has changed this text meanwhile; look at it again."))
        return _back_to(template, _place_of(request, template))
    try:
        library.discard_draft(request.user, template, now=timezone.now())
    except NothingToPublish:
        messages.error(request, _("This template was never published; archive it instead."))
    else:
        messages.success(request, _("The draft is gone. You see the published version."))
    return _back_to(template, _place_of(request, template))


def _template(request: SignedInRequest, template_id: UUID) -> Template:
    return get_object_or_404(Template.objects.visible_to(request.user), pk=template_id)


def _place(template: Template, channel: str, locale: str) -> Place:
    """The variant asked for, or the first one."""
    places = shelf.places(template.purpose)
    wanted = ((channel, locale), (channel, places[0][1]))
    return next((each for look in wanted for each in places if each == look), places[0])


def _place_of(request: SignedInRequest, template: Template) -> Place:
    place = (request.POST.get("channel", ""), request.POST.get("locale", ""))
    if place not in shelf.places(template.purpose):
        raise Http404
    return Channel(place[0]), place[1]


def _text_of(request: SignedInRequest) -> Text:
    subject = request.POST.get("subject", "").strip()[:LONGEST_SUBJECT]
    return Text(subject, request.POST.get("body", "").replace("\r\n", "\n").strip("\n")[:LONGEST_BODY])


def _back_to(template: Template, place: Place) -> HttpResponse:
    query = f"?channel={place[0]}&locale={place[1]}"
    return HttpResponseRedirect(reverse("template", args=[template.pk]) + query, status=303)


def _overtaken(
    request: SignedInRequest, template: Template, place: Place, typed: Text, changed: set[Place]
) -> HttpResponse:
    """Nothing is saved: what a colleague wrote meanwhile, beside what was typed, which stays in the box."""
    newest = template.versions.select_related("author").order_by("-number").first()
    stored = library.texts_in(newest).get(place, Text("", ""))
    overtaken = {
        "author": newest.author if newest else None,
        "differences": shelf.differences({place: stored}, {place: typed}, template.purpose)
        if place in changed
        else [],
        "others": [
            {
                "channel": channel,
                "locale": locale,
                "channel_name": shelf.channel_name(template.purpose, channel),
                "locale_name": shelf.LOCALE_NAMES.get(locale, locale),
            }
            for channel, locale in sorted(changed - {place})
        ],
    }
    context = _editor(request, template, place, typed) | {"overtaken": overtaken}
    return render(request, "messaging/template.html", context, status=409)


def _editor(
    request: SignedInRequest, template: Template, place: Place, typed: Text | None = None
) -> dict[str, Any]:
    versions = list(
        template.versions.select_related("author").prefetch_related("variants").order_by("-number")
    )
    draft = next((version for version in versions if not version.published_at), None)
    published = next((version for version in versions if version.published_at), None)
    stored = library.texts_in(draft or published)
    text = typed or stored.get(place, Text("", ""))
    may_edit = request.user.may(Permission.EDIT_TEMPLATES)
    return {
        "template": template,
        "purpose_label": PURPOSES[template.purpose],
        "outcome_label": OUTCOMES.get(template.outcome, ""),
        "is_letter": template.purpose == Purpose.LETTER,
        "versions": versions,
        "draft": draft,
        "published": published,
        **_tabs(template, place, draft, published),
        "text": text,
        "seen": library.stamp_of(stored),
        "palette": _palette(template.purpose),
        "people": people(request.user),
        "may_edit": may_edit and not template.is_archived,
        "may_manage": may_edit,
        "is_shipped": may_edit and shipped_for(template) is not None,
        "has_newer": may_edit and not template.is_archived and has_newer(template, versions),
        **_preview(request, template, place, text, ""),
    }


def _tabs(
    template: Template, place: Place, draft: TemplateVersion | None, published: TemplateVersion | None
) -> dict[str, list[shelf.Tab]]:
    """The channels in the language shown, and the languages on the channel shown."""
    before, now = library.texts_in(published), library.texts_in(draft or published)
    tabs = [
        shelf.Tab(
            *each,
            purpose=template.purpose,
            is_current=each == place,
            is_written=each in now,
            is_changed=bool(draft) and before.get(each) != now.get(each),
            has_problems=bool(draft)
            and each in now
            and bool(library.problems_of(now[each], template.purpose)),
        )
        for each in shelf.places(template.purpose)
    ]
    return {
        "channels": [tab for tab in tabs if tab.locale == place[1]],
        "languages": [tab for tab in tabs if tab.channel == place[0]],
    }


def _preview(
    request: SignedInRequest, template: Template, place: Place, text: Text, person: str
) -> dict[str, Any]:
    try:
        chosen = UUID(person) if person else None
    except ValueError:
        chosen = None
    channel, locale = place
    context = preview_context(request.user, template, locale, chosen)
    return {
        "place": {
            "channel": channel,
            "locale": locale,
            "direction": direction(locale),
            "channel_name": shelf.channel_name(template.purpose, channel),
        },
        "preview": None if text.is_empty else preview(text, template.purpose, channel, context),
        "sender": request.user.organization.name_in(locale),
    }


def _palette(purpose: str) -> list[dict[str, Any]]:
    """What can be inserted: label, sample and the exact text to insert."""
    return [
        {
            "label": PLACEHOLDER_LABELS[name],
            "name": name,
            "insert": _insertion(name, placeholder.kind),
            "is_condition": placeholder.kind is Kind.FLAG,
        }
        for name, placeholder in available(Purpose(purpose)).items()
    ]


def _insertion(name: str, kind: Kind) -> str:
    if kind is Kind.LIST:
        return f"{{{{ {name}|bullets }}}}"
    return f"{{% if {name} %}}…{{% endif %}}" if kind is Kind.FLAG else f"{{{{ {name} }}}}"

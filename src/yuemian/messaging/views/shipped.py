"""A template's texts beside those that are shipped: compare, and take over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission
from yuemian.messaging.actions import library
from yuemian.messaging.models import Template
from yuemian.messaging.shipped import comparisons, shipped_for


@requires(Permission.EDIT_TEMPLATES)
@require_http_methods(["GET", "HEAD", "POST"])
def template_shipped(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """What reads otherwise in the library; what is ticked goes into the draft."""
    template = get_object_or_404(Template.objects.visible_to(request.user), pk=template_id)
    versions = list(template.versions.prefetch_related("variants").order_by("-number"))
    found = comparisons(template, versions)
    if request.method == "POST":
        wanted = set(request.POST.getlist("take"))
        return _take(request, template, [each.place for each in found if each.key in wanted])
    context = {
        "template": template,
        "newer": [each for each in found if each.is_newer],
        "others": [each for each in found if not each.is_newer],
        "seen": library.stamp_of(library.texts_in(versions[0] if versions else None)),
        "may_take": not template.is_archived,
    }
    return render(request, "messaging/template_shipped.html", context)


def _take(request: SignedInRequest, template: Template, places: list[library.Place]) -> HttpResponse:
    here = HttpResponseRedirect(reverse("template-shipped", args=[template.pk]), status=303)
    shipped = shipped_for(template)
    if not places or shipped is None or template.is_archived:
        messages.error(request, _("Nothing was chosen. Tick the texts to take over."))
        return here
    if library.changed_since(template, request.POST.get("seen", "")):
        messages.error(request, _("Somebody has changed this text meanwhile; look at it again."))
        return here
    texts = {place: shipped.texts[place] for place in places}
    library.take_shipped(request.user, template, texts, now=timezone.now())
    text = ngettext(
        "%(count)d text is in the draft. Nothing is sent with it before you publish it.",
        "%(count)d texts are in the draft. Nothing is sent with them before you publish them.",
        len(texts),
    )
    messages.success(request, text % {"count": len(texts)})
    channel, locale = places[0]
    query = f"?channel={channel}&locale={locale}"
    return HttpResponseRedirect(reverse("template", args=[template.pk]) + query, status=303)

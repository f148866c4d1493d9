"""The blocks of the candidate page: company, video, highlights, testimonials, hours and benefits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Locale, Permission
from yuemian.domain.richtext import to_html
from yuemian.messaging.actions.blocks import delete_block, move_block, save_block
from yuemian.messaging.forms import COMPANY, BlockForm, place_of
from yuemian.messaging.models import Block, BlockKind
from yuemian.messaging.shelf import LOCALE_NAMES

KIND_ICONS = {
    BlockKind.COMPANY: "info",
    BlockKind.VIDEO: "video",
    BlockKind.HIGHLIGHTS: "briefcase",
    BlockKind.TESTIMONIAL: "message",
    BlockKind.BENEFITS: "clock",
}


@dataclass(frozen=True)
class Group:
    """The blocks of one place, in one language."""

    title: str
    hint: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Shown:
    """A block as the candidate's page shows it."""

    kind: str
    title: str
    html: SafeString
    link: str
    by_line: str


@requires(Permission.SEE_INTERVIEWS)
@require_safe
def block_list(request: SignedInRequest) -> HttpResponse:
    """By place, one language at a time."""
    locale = _locale(request.GET.get("locale", ""), request.LANGUAGE_CODE)
    blocks = Block.objects.visible_to(request.user).filter(locale=locale)
    context = {
        "groups": _groups(list(blocks.select_related("branch", "family", "job"))),
        "locale": locale,
        "locales": LOCALE_NAMES.items(),
        "icons": KIND_ICONS,
        "may_edit": request.user.may(Permission.EDIT_TEMPLATES),
    }
    return render(request, "messaging/blocks.html", context)


@requires(Permission.EDIT_TEMPLATES)
def block_new(request: SignedInRequest) -> HttpResponse:
    locale = _locale(request.GET.get("locale", ""), request.LANGUAGE_CODE)
    return _edit(request, Block(locale=locale, kind=BlockKind.COMPANY))


@requires(Permission.EDIT_TEMPLATES)
def block_edit(request: SignedInRequest, block_id: UUID) -> HttpResponse:
    return _edit(request, _block(request, block_id))


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def block_preview(request: SignedInRequest) -> HttpResponse:
    """The preview part for what is typed; writes nothing."""
    form = BlockForm(request.user, request.POST)
    form.is_valid()
    typed = {name: request.POST.get(name, "") for name in ("kind", "title", "body", "by_line")}
    block = Block(**typed, link=form.cleaned_data.get("link", ""))
    return render(request, "messaging/parts/block_preview.html", {"shown": _shown(block)})


@requires(Permission.EDIT_TEMPLATES)
def block_delete(request: SignedInRequest, block_id: UUID) -> HttpResponse:
    """Say what will happen, then do it."""
    block = _block(request, block_id)
    if request.method == "POST":
        delete_block(request.user, block, now=timezone.now())
        messages.success(request, _("The block is deleted."))
        return _back(block.locale)
    return render(request, "messaging/block_delete.html", {"piece": block})


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def block_move(request: SignedInRequest, block_id: UUID) -> HttpResponse:
    block = _block(request, block_id)
    by = -1 if request.POST.get("direction") == "up" else 1
    move_block(request.user, block, by=by, now=timezone.now())
    return _back(block.locale)


def _edit(request: SignedInRequest, block: Block) -> HttpResponse:
    is_new = block._state.adding
    form = BlockForm(request.user, request.POST or None, instance=block)
    if request.method == "POST" and form.is_valid():
        block = save_block(
            request.user, form.save(commit=False), form.cleaned_data["place"], now=timezone.now()
        )
        messages.success(request, _("Saved. Candidates see it at once."))
        return _back(block.locale)
    context = {"form": form, "piece": block, "is_new": is_new, "shown": _shown(block)}
    return render(request, "messaging/block.html", context)


def _block(request: SignedInRequest, block_id: UUID) -> Block:
    return get_object_or_404(Block.objects.visible_to(request.user), pk=block_id)


def _shown(block: Block) -> Shown:
    html = mark_safe(to_html(block.body))  # noqa: S308  (to_html escapes everything)
    return Shown(block.kind, block.title, html, block.link, block.by_line)


def _back(locale: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('blocks')}?locale={locale}", status=303)


def _locale(wanted: str, fallback: str) -> str:
    return next((each for each in (wanted, fallback) if each in LOCALE_NAMES), Locale.ZH_HANS.value)


def _groups(blocks: Sequence[Block]) -> list[Group]:
    found: dict[str, list[Block]] = {}
    for block in blocks:
        found.setdefault(place_of(block), []).append(block)
    return [Group(*_title(group[0]), group) for _place, group in sorted(found.items(), key=_order)]


def _order(item: tuple[str, Any]) -> tuple[int, str]:
    kind = item[0].partition(":")[0]
    return (COMPANY, "branch", "family", "job").index(kind), item[0]


def _title(block: Block) -> tuple[str, str]:
    if block.branch:
        return str(block.branch), _("Branch")
    if block.family:
        return str(block.family), _("Job family")
    return (str(block.job), _("Job")) if block.job else (_("The whole company"), "")

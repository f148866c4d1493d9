"""How the import's pages answer a decision: the changed part for htmx, the page again for everybody else."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from yuemian.accounts.guards import SignedInRequest
from yuemian.domain.header_words import Field
from yuemian.domain.headers import find_header
from yuemian.intake.actions.confirm import Outdated
from yuemian.intake.actions.decide import NotLetters, NotPossible
from yuemian.intake.actions.start import NotOpen, earlier_with_same_file, refusal_of
from yuemian.intake.checking import RowState
from yuemian.intake.columns import OFFERED
from yuemian.intake.content import Gone, Safe
from yuemian.intake.models import Import, ImportState
from yuemian.intake.page import PAGE_SIZE, CheckPage
from yuemian.intake.reference_data import reference_for
from yuemian.intake.wording import FIELDS, STATES, refusal_text
from yuemian.ui.states import appearance
from yuemian.ui.templatetags.ui import with_parameters

_SHOWN_NUMBERS = 8


class ListPage:
    """What `{% pagination %}` asks."""

    def __init__(self, number: int, total: int) -> None:
        self.number = min(max(1, number), max(1, -(-total // PAGE_SIZE)))
        self.has_previous = self.number > 1
        self.has_next = self.number * PAGE_SIZE < total


def found(request: SignedInRequest, import_id: UUID) -> Import:
    return get_object_or_404(
        Import.objects.visible_to(request.user).select_related("created_by"), pk=import_id
    )


def decided(
    request: SignedInRequest, import_id: UUID, act: Callable[[], Any], done: str = "", row: int | None = None
) -> HttpResponse:
    """Do it, say what came of it, show the check again."""
    import_ = found(request, import_id)
    text, tone = done, "success"
    try:
        act()
    except (NotOpen, NotLetters, NotPossible, Gone, Outdated) as problem:
        text, tone = sentence(problem), "warning"
    if request.headers.get("HX-Request"):
        response = render(
            request, "intake/parts/check.html", context_of(request, found(request, import_.pk), row)
        )
        if text:
            response.headers["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": tone}})
        return response
    if text:
        messages.add_message(request, messages.SUCCESS if tone == "success" else messages.WARNING, text)
    query = request.GET.urlencode()
    anchor = f"#row-{row}" if row else ""
    return HttpResponseRedirect(
        f"{reverse('import', args=[import_.pk])}{'?' if query else ''}{query}{anchor}"
    )


def sentence(problem: Exception) -> str:
    """An expected problem in the language of the page."""
    sentences: dict[type[Exception], str] = {
        NotOpen: _("This import is finished or still being checked."),
        NotLetters: _("Some of this file cannot be read that way."),
        NotPossible: _("This is not possible for that row any more; look at it again."),
        Gone: _("The content of this import was removed; upload the file again."),
        Outdated: _("Something changed since this page was shown. Look at the rows again, then confirm."),
    }
    return sentences[type(problem)]


def context_of(request: SignedInRequest, import_: Import, focus: int | None = None) -> dict[str, Any]:
    """Everything the page of an import shows, in whatever state it is."""
    now = timezone.now()
    context: dict[str, Any] = {"import": import_, "focus": focus, "query": request.GET.urlencode()}
    if import_.state == ImportState.CHECKED:
        context |= _checked(request, import_)
        context["earlier"] = earlier_with_same_file(request.user, import_)
    elif import_.state == ImportState.CHECKING:
        context["has_stalled"] = import_.has_stalled(now)
    elif import_.state == ImportState.IMPORTED:
        context |= _imported(import_)
    elif refusal := refusal_of(import_):
        context["refusal"] = refusal_text(refusal)
    return context


def _checked(request: SignedInRequest, import_: Import) -> dict[str, Any]:
    safe = Safe(import_)
    page = CheckPage(request.user, safe.report(), reference_for(request.user, timezone.now()), safe.choices())
    state = request.GET.get("state", "")
    state = state if state in set(RowState) else ""
    total = page.total(state)
    paging = ListPage(_number(request.GET.get("page", "1")), total)
    ambiguous, example = page.ambiguous_dates()
    counts = page.counts
    origin, columns, called_off = page.origin(), page.columns(), page.called_off()
    return {
        "state": state,
        "rows": page.rows(state, paging.number),
        "paging": paging,
        "total": total,
        "counts": counts,
        "counters": _counters(request, counts, state),
        "all_rows": sum(counts.values()) - counts[RowState.IGNORED],
        "columns": columns.all(),
        "of_others": columns.of_others(),
        "repeated": columns.repeated(),
        "left_columns": columns.left(),
        "field_choices": [(name, FIELDS[name]) for name in OFFERED],
        "origin": origin,
        "hidden": len(origin.hidden_rows),
        "hidden_rows": _first(origin.hidden_rows),
        "called_off": len(called_off),
        "called_off_rows": _first(called_off),
        "readings": page.readings(),
        "missing": page.missing(),
        "suspicious": page.suspicious(),
        "questions": page.questions(),
        "ambiguous": ambiguous,
        "ambiguous_example": example,
        "proposals": page.proposals(),
        "assumed": page.assumed(),
    }


def _first(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:_SHOWN_NUMBERS]))
    return f"{shown} …" if len(numbers) > _SHOWN_NUMBERS else shown


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _counters(request: SignedInRequest, counts: dict[str, int], current: str) -> list[dict[str, Any]]:
    whole: dict[str, Any] = {
        "label": _("All"),
        "value": sum(counts.values()) - counts[RowState.IGNORED],
        "url": with_parameters(request.GET, {"state": None, "page": None}),
        "tone": "",
        "is_current": not current,
    }
    return [whole] + [
        {
            "label": STATES[state],
            "value": counts[state],
            "url": with_parameters(request.GET, {"state": state.value, "page": None}),
            "tone": appearance(state, "row").tone,
            "is_current": current == state,
        }
        for state in RowState
        if counts[state] or state in {RowState.GOOD, RowState.REPAIRABLE, RowState.BAD}
    ]


def _imported(import_: Import) -> dict[str, Any]:
    """What was left behind, by name, as long as it is kept."""
    context: dict[str, Any] = {"counts": import_.counts, "left": []}
    try:
        table = Safe(import_).table()
    except Gone:
        return context
    column = find_header(table.grid).fields.get(Field.NAME, 0)
    context["left"] = [
        (row.number, str(row.cells[column] or "–"), str(row.cells[-1] or "")) for row in table.rows[1:201]
    ]
    context["left_total"] = len(table.rows) - 1
    return context

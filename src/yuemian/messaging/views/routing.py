"""Smart routing: switch it on or off, see what it has learned and what that is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Organization, Permission
from yuemian.domain.routing.learning import ENOUGH, EXPLORATION, HOLDOUT, Comparison, Estimate, Tally
from yuemian.domain.states import Channel
from yuemian.messaging.actions.learn import set_routing_learned
from yuemian.messaging.route_wording import NAMES
from yuemian.messaging.routing_history import read_comparison, read_estimates


@dataclass(frozen=True)
class Line:
    """One channel as the page shows it; shares in percent."""

    name: str | Promise
    tally: Tally
    rate: int
    low: int
    high: int

    @property
    def width(self) -> int:
        return max(1, self.high - self.low)


@dataclass(frozen=True)
class Verdict:
    """What the comparison says; `difference` and its bounds in percentage points."""

    learned: Tally
    fixed: Tally
    is_enough: bool
    text: str
    tone: str


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def routing(request: SignedInRequest) -> HttpResponse:
    organization = request.user.organization
    if request.method == "POST":
        is_learned = request.POST.get("is_learned") == "1"
        set_routing_learned(request.user, is_learned=is_learned, now=timezone.now())
        text = (
            _("Smart routing is on.") if is_learned else _("Smart routing is off; what it learned is kept.")
        )
        messages.success(request, text)
        return HttpResponseRedirect(reverse("settings-routing"))
    return render(request, "messaging/routing.html", _context(organization))


def _context(organization: Organization) -> dict[str, Any]:
    estimates = read_estimates(organization)
    return {
        "is_learned": organization.is_routing_learned,
        "lines": [_line(channel, estimate) for channel, estimate in estimates.items()],
        "counted": sum(estimate.tally.sent for estimate in estimates.values()),
        "verdict": _verdict(read_comparison(organization)),
        "enough": ENOUGH,
        "holdout": _percent(HOLDOUT),
        "exploration": _percent(EXPLORATION),
    }


def _line(channel: Channel, estimate: Estimate) -> Line:
    return Line(
        NAMES[channel],
        estimate.tally,
        _percent(estimate.rate),
        _percent(estimate.low),
        _percent(estimate.high),
    )


def _verdict(comparison: Comparison) -> Verdict:
    if not comparison.is_enough:
        text = _("Not enough data yet: each group needs %(enough)s messages.") % {"enough": ENOUGH}
        return Verdict(comparison.learned, comparison.fixed, is_enough=False, text=text, tone="info")
    low, high = comparison.bounds
    values = {
        "points": f"{_percent(comparison.difference):+d}",
        "low": f"{_percent(low):+d}",
        "high": f"{_percent(high):+d}",
    }
    if low > 0:
        tone, text = (
            "success",
            _("Learned routes are answered more often: %(points)s points (%(low)s to %(high)s)."),
        )
    elif high < 0:
        tone = "warning"
        text = _(
            "Learned routes are answered less often: %(points)s points (%(low)s to %(high)s). Consider “off”."
        )
    else:
        tone, text = "info", _("No difference can be seen yet: %(points)s points (%(low)s to %(high)s).")
    return Verdict(comparison.learned, comparison.fixed, is_enough=True, text=text % values, tone=tone)


def _percent(share: float) -> int:
    return round(100 * share)

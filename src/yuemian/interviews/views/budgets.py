"""What channels may cost a day, what they cost today, and what the next days will bring."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Organization, Permission
from yuemian.domain.states import Channel
from yuemian.interviews.budget_chart import chart
from yuemian.interviews.budget_forms import BudgetForm
from yuemian.interviews.cost_forecast import Price, outlook, prices_of, spent_on, zone_of
from yuemian.interviews.wording import CHANNEL_ICONS, CHANNELS
from yuemian.messaging.actions.budgets import set_budgets
from yuemian.messaging.models import ChannelPolicy, ProviderAccount
from yuemian.messaging.reach import available_channels
from yuemian.ui.when import locale_of


@require_http_methods(["GET", "POST"])
@requires(Permission.EDIT_SETTINGS)
def show(request: SignedInRequest) -> HttpResponse:
    organization = request.user.organization
    budgets = budgets_of(organization)
    channels = channels_of(organization, budgets)
    form = BudgetForm(channels, budgets, organization.currency, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_budgets(request.user, form.budgets(), now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("settings-budgets")
    context = {
        "form": form,
        "rows": _rows(organization, channels, budgets),
        "is_forecast": "forecast" in request.GET,
        **(_forecast(organization) if "forecast" in request.GET else {}),
    }
    return render(request, "interviews/budgets.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.EDIT_SETTINGS)
def forecast(request: SignedInRequest) -> HttpResponse:
    """The part with the charts; it is fetched after the page, since it reads every agenda of the week."""
    return render(request, "interviews/parts/budget_forecast.html", _forecast(request.user.organization))


def budgets_of(organization: Organization) -> dict[Channel, Decimal | None]:
    rows = ChannelPolicy.objects.filter(organization_id=organization.pk)
    return {Channel(channel): budget for channel, budget in rows.values_list("channel", "daily_budget")}


def channels_of(organization: Organization, budgets: dict[Channel, Decimal | None]) -> list[Channel]:
    """Those in use, those with an account, and those that have a budget already."""
    accounts = ProviderAccount.objects.filter(organization_id=organization.pk, is_active=True)
    carried = {Channel(each) for each in accounts.values_list("channel", flat=True)}
    known = {*available_channels(organization), *budgets, *carried}
    return [channel for channel in Channel if channel in known]


def _rows(
    organization: Organization, channels: list[Channel], budgets: dict[Channel, Decimal | None]
) -> list[dict[str, Any]]:
    now = timezone.now()
    spent = spent_on(organization, now.astimezone(zone_of(organization)).date())
    prices = prices_of(organization, channels, now=now)
    rows = []
    for channel in channels:
        sent, cost = spent.get(channel, (0, Decimal(0)))
        budget = budgets.get(channel)
        rows.append(
            {
                "icon": CHANNEL_ICONS[channel],
                "label": CHANNELS[channel],
                "sent": sent,
                "cost": money(cost, organization.currency),
                "budget": None if budget is None else money(budget, organization.currency),
                "is_spent": budget is not None and cost >= budget,
                "share": 0 if not budget else min(100, round(100 * cost / budget)),
                "price": _price_text(prices[channel], organization.currency),
            }
        )
    return rows


def _price_text(price: Price, currency: str) -> str:
    if price.amount is None:
        return _("no price known")
    amount = money(price.amount, currency)
    if price.is_measured:
        return _("%(amount)s a message, as of late") % {"amount": amount}
    return _("%(amount)s a message, as the account says") % {"amount": amount}


def _forecast(organization: Organization) -> dict[str, Any]:
    now = timezone.now()
    budgets = budgets_of(organization)
    channels = channels_of(organization, budgets)
    found = outlook(organization, now=now)
    prices = prices_of(organization, channels, now=now)
    charts = []
    for channel in channels:
        expected = [found.expected.get((day, channel)) for day in found.days]
        drawn = chart(found.days, expected, prices[channel], budgets.get(channel))
        charts.append(
            {
                "label": CHANNELS[channel],
                "icon": CHANNEL_ICONS[channel],
                "chart": drawn,
                "bars": [
                    (bar, _bar_text(bar.cost, bar.messages, organization.currency)) for bar in drawn.bars
                ],
                "cost": None if drawn.cost is None else money(drawn.cost, organization.currency),
                "budget": _budget_text(budgets.get(channel), organization.currency),
                "zone": organization.time_zone,
            }
        )
    return {"outlook": found, "charts": charts}


def _bar_text(cost: Decimal | None, count: int, currency: str) -> str:
    if not count:
        return ""
    return money(cost, currency) if cost else str(count)


def _budget_text(budget: Decimal | None, currency: str) -> str:
    return "" if budget is None else money(budget, currency)


def money(amount: Decimal, currency: str) -> str:
    """`¥12.50`, `¥0.045`: a message costs less than a coin, so its price keeps the digits it has."""
    is_fine = amount != amount.quantize(Decimal("0.01"))
    shown = amount.quantize(Decimal("0.0001")).normalize() if is_fine else amount
    return format_currency(shown, currency, locale=locale_of(), decimal_quantization=not is_fine)

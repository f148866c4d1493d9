"""What hiring itself holds about a person: who they are, how to reach them, what they applied for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.addresses import mask_email, mask_name, mask_phone
from yuemian.domain.states import Channel
from yuemian.hiring.holdings import Held, Holding
from yuemian.hiring.models import (
    Application,
    Candidate,
    ContactPoint,
    ContactState,
    Correction,
    CorrectionState,
)
from yuemian.trust.vault import Unreadable, Vault

#: What stands where a name stood.
NOBODY = "—"
CHANNELS = {
    Channel.EMAIL: word("channel", "Email"),
    Channel.SMS: word("channel", "Text message"),
    Channel.WECHAT: word("channel", "WeChat"),
}

_ADDRESSES = {
    ContactState.ACTIVE: word("address", "in use"),
    ContactState.UNCONFIRMED: word("address", "not confirmed yet"),
    ContactState.INVALID: word("address", "does not work"),
    ContactState.SUPPRESSED: word("address", "stopped after failures"),
    ContactState.OPTED_OUT: word("address", "stopped by you"),
}
_CORRECTIONS = {
    CorrectionState.OPEN: word("correction", "waits for the company"),
    CorrectionState.ACCEPTED: word("correction", "accepted"),
    CorrectionState.DECLINED: word("correction", "declined"),
}
#: Around what has a direction of its own, such as an address, in a line that may run the other way (Unicode UAX 9).
_ISOLATED = "\u2068{}\u2069"


def _who(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    data = {
        "name": candidate.name,
        "language": candidate.locale,
        "time_zone": candidate.time_zone,
        "preferred_channel": candidate.preferred_channel,
        "preferred_hour": candidate.preferred_hour,
        "external_id": candidate.external_id,
        "since": candidate.created_at,
    }
    rest = [str(part) for part in (candidate.get_locale_display(), candidate.time_zone) if part]
    line, masked = (" · ".join([name, *rest]) for name in (candidate.name, mask_name(candidate.name)))
    return [Held(line, data, masked)]


def _forget_who(candidate_ids: Collection[UUID], now: datetime) -> int:
    return Candidate.objects.filter(pk__in=candidate_ids).update(
        name=NOBODY,
        name_key="",
        time_zone="",
        external_id="",
        preferred_channel="",
        preferred_hour=None,
        hold_reason="",
        erased_at=now,
    )


def _addresses(candidate: Candidate, vault: Vault) -> list[Held]:
    found = []
    for point in candidate.contact_points.order_by("created_at", "pk"):
        point.candidate = candidate
        value = _opened(point, vault)
        state = str(_ADDRESSES[ContactState(point.state)])
        data = {"channel": point.channel, "value": value, "state": point.state, "since": point.created_at}
        line, masked = (
            f"{CHANNELS[Channel(point.channel)]}: {_ISOLATED.format(shown)} ({state})"
            for shown in (value, mask_address(point.channel, value))
        )
        found.append(Held(line, data, masked))
    return found


def mask_address(channel: str, value: str) -> str:
    if value == NOBODY or channel == Channel.WECHAT:
        return NOBODY
    return mask_email(value) if channel == Channel.EMAIL else mask_phone(value)


def _forget_addresses(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    return (
        ContactPoint.objects.filter(candidate__in=candidate_ids).delete()[1].get(ContactPoint._meta.label, 0)
    )


def _applications(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    locale = get_language() or "en"
    found = Application.objects.filter(candidate=candidate).select_related("job", "source")
    held = []
    for each in found.order_by("created_at"):
        title, source = each.job.title_in(locale), each.source.name if each.source else ""
        data = {"job": title, "source": source, "stage": each.stage, "since": each.created_at}
        named = _("source: %(name)s") % {"name": source}
        held.append(Held(f"{title} · {named}" if source else title, data))
    return held


def _corrections(candidate: Candidate, vault: Vault) -> list[Held]:
    held = []
    for each in candidate.corrections.all():
        each.candidate = candidate
        value, state = _opened(each, vault), str(_CORRECTIONS[CorrectionState(each.state)])
        data = {"field": each.field, "value": value, "state": each.state, "at": each.created_at}
        held.append(Held(f"{value} ({state})", data, masked=f"••• ({state})"))
    return held


def _forget_corrections(candidate_ids: Collection[UUID], now: datetime) -> int:  # noqa: ARG001
    return Correction.objects.filter(candidate__in=candidate_ids).delete()[0]


def _opened(row: ContactPoint | Correction, vault: Vault) -> str:
    try:
        return row.value(vault)
    except Unreadable:
        return NOBODY


HOLDINGS = (
    Holding(
        "person",
        gettext_lazy("Who you are"),
        gettext_lazy("To address you by your name, in your language and on your clock."),
        _who,
        _forget_who,
        activity_sql="SELECT id, created_at FROM hiring_candidate",
    ),
    Holding(
        "addresses",
        gettext_lazy("How to reach you"),
        gettext_lazy("To send you messages about your interviews."),
        _addresses,
        _forget_addresses,
    ),
    Holding(
        "applications",
        gettext_lazy("Your applications"),
        gettext_lazy("To know which job you applied for, and through whom."),
        _applications,
        activity_sql="SELECT candidate_id, created_at FROM hiring_application",
    ),
    Holding(
        "corrections",
        gettext_lazy("Your corrections"),
        gettext_lazy("To decide what you asked to be corrected."),
        _corrections,
        _forget_corrections,
        activity_sql="SELECT candidate_id, created_at FROM hiring_correction",
        waiting_sql="SELECT candidate_id FROM hiring_correction WHERE state = 'open'",
    ),
)

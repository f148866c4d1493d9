"""The engine's own words in a candidate's mail, once per language; everything else is HR's text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext, override


@dataclass(frozen=True)
class Words:
    answer: str
    view: str
    link_note: str
    genuine: str
    no_data: str
    when: str
    where: str
    video: str
    bring: str
    flow: str
    contact: str
    event: str
    event_cancelled: str
    check: str
    check_button: str
    discreet_subject: str
    discreet: str
    discreet_code: str


@cache
def words(locale: str) -> Words:
    """`genuine` holds {organization} and {host}, `check` {code} and {address}; `event` and `event_cancelled` {job},
    {round} and {organization}."""
    with override(locale):
        return Words(
            answer=gettext("View and answer"),
            view=gettext("View details"),
            link_note=gettext("Button not working? Copy this address into your browser:"),
            genuine=gettext(
                "Sent automatically by {organization}. Its links only open {host} and never ask for "
                "a password or money."
            ),
            no_data=gettext("Please do not send ID or bank numbers by reply."),
            when=gettext("When"),
            where=gettext("Where"),
            video=gettext("Video link"),
            bring=gettext("Please bring"),
            flow=gettext("How it runs"),
            contact=gettext("Contact"),
            event=gettext("Interview: {job}, {round} ({organization})"),
            event_cancelled=gettext("Cancelled: interview {job}, {round} ({organization})"),
            check=gettext("Is this message genuine? Its code is {code}. Check it at {address}"),
            check_button=gettext("Check this message"),
            discreet_subject=gettext("You have a new message"),
            discreet=gettext("You have a new message: {link}"),
            discreet_code=gettext("Your code: {code}. Good for {minutes} minutes. Tell it to nobody."),
        )

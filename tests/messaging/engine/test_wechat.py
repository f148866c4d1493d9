"""WeChat through the engine: into the lab in rehearsal, and nowhere in live work."""

from __future__ import annotations

import re
from datetime import datetime

from tests.factories import Cast, sign_in_client
from tests.messaging.engine.conftest import FakeProvider, Story, deliver
from yuemian.domain.states import Channel, Purpose
from yuemian.hiring.actions import subscribe_in_rehearsal
from yuemian.interviews.actions.invite import send, summarize
from yuemian.messaging.defaults import install_defaults
from yuemian.messaging.models import TemplateVersion
from yuemian.messaging.reach import available_channels


def library_version(cast: Cast, purpose: Purpose, *, now: datetime) -> TemplateVersion:
    install_defaults(cast.organization, now)
    return TemplateVersion.objects.get(
        template__purpose=purpose, template__round="", template__name__contains="通用"
    )


def test_whoever_has_subscribed_gets_a_card_beside_mail_and_text(story: Story) -> None:
    outside = FakeProvider()
    cast = story.cast
    with_wechat, without = story.invite(2, ())

    def plan() -> None:
        subscribe_in_rehearsal(cast.recruiter, [with_wechat.application.candidate], now=story.now)
        version = library_version(cast, Purpose.INVITATION, now=story.now)
        wanted = available_channels(cast.organization)
        summary = summarize([with_wechat, without], version, Purpose.INVITATION, wanted, now=story.now)
        send(cast.recruiter, summary, version, Purpose.INVITATION, now=story.now)

    story.act(plan)
    deliver(outside)
    assert sorted(story.deliveries("channel", "state")) == [
        ("email", "sent"),
        ("email", "sent"),
        ("sms", "sent"),
        ("sms", "sent"),
        ("wechat", "sent"),
    ]
    assert outside.sent == []
    page = story.act(lambda: sign_in_client(cast.recruiter))
    html = page.get(f"/lab/phones/{with_wechat.application.candidate_id}?app=wechat").content.decode()
    card = re.search(r'<article class="wechat-card">.*?</article>', html, re.DOTALL)
    assert card
    assert "<h3>面试邀请</h3>" in card[0]
    assert "<dt>职位</dt><dd>后端工程师</dd>" in card[0]
    assert "/c/" not in card[0], "the card itself is the link"
    assert "/page" in card[0]


def test_what_somehow_is_planned_for_wechat_in_live_work_is_held(live: Story) -> None:
    (interview,) = live.invite(1, ())

    def plan() -> None:
        live.cast.organization.is_rehearsal = True
        subscribe_in_rehearsal(live.cast.recruiter, [interview.application.candidate], now=live.now)
        live.cast.organization.is_rehearsal = False
        version = library_version(live.cast, Purpose.INVITATION, now=live.now)
        summary = summarize([interview], version, Purpose.INVITATION, [Channel.WECHAT], now=live.now)
        send(live.cast.recruiter, summary, version, Purpose.INVITATION, now=live.now)

    live.act(plan)
    outside = FakeProvider()
    deliver(outside)
    assert live.deliveries("channel", "state", "reason") == [("wechat", "held", "not_configured")]
    assert outside.sent == []

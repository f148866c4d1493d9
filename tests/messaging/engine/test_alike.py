"""What is filled in for people who are alike is, to the byte, what rendering for each alone would have given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from yuemian.channels.base import ChannelError, Message
from yuemian.domain.pattern import CODE_MARK, NAME_MARK
from yuemian.domain.placeholder import samples
from yuemian.domain.template import RenderProblem
from yuemian.hiring.models import ContactPoint
from yuemian.messaging.engine.alike import person_of
from yuemian.messaging.engine.claim import Claimed, SealedKey, Sender, Text
from yuemian.messaging.engine.render import Renderer
from yuemian.messaging.models import Notification
from yuemian.trust.keyring import keyring
from yuemian.trust.vault import Vault

ORGANIZATION, VERSION, INTERVIEW = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
TIMES = "2026-12-01T06:00:00+00:00/2026-12-01T07:00:00+00:00"
BODY = (
    "{{ candidate_name }}，您好：\n\n邀请您参加**{{ round_name }}**。\n\n时间：{{ interview_when }}\n"
    "地点：{{ place_name }}\n\n请带：\n{{ materials|bullets }}\n\n{{ answer_link }}\n\n再见 {{ candidate_name }} 100%"
)
BODIES = [
    BODY,
    "各位好，时间：{{ interview_when }}\n{{ answer_link }}\n{{ contact_name }}",
    "{% if candidate_name %}{{ candidate_name }}{% endif %} {{ answer_link }}",
    "{{ candidate_name }} {{ verify_code }}\n{{ answer_link }}",
    "{{ candidate_name }}{{ round_name }}\n{{ answer_link }}",
]
NAMES = [
    "王小雨",
    "O'Neil & <b>",
    "a" * 120,
    "a" * 121,
    "**李**",
    "- 李",
    "李\n雷",
    NAME_MARK,
    CODE_MARK,
    "",
    "100%s",
    "司馬, 相如",
]
SENDERS = [
    Sender(ORGANIZATION, "星河科技", "Galaxy <Tech>", False, "hr@example.com", 0, b"", 0),
    Sender(ORGANIZATION, "星河", "", False, "", 0, b"", 0, "hr+*@example.com", "bounce+*@example.com"),
]
PURPOSES = ["invitation", "change", "cancellation", "reminder", "answer", "code"]
people = st.lists(
    st.tuples(
        st.sampled_from(NAMES) | st.text(max_size=12), st.sampled_from(["会议室", "1 层\n前台", NAME_MARK])
    ),
    min_size=2,
    max_size=4,
)


class House:
    """One organization's keys, made without a database."""

    def __init__(self) -> None:
        ring = keyring()
        self.vault = Vault(ORGANIZATION)
        self.key = self._wrapped(AESGCM(ring.master[ring.newest]), 7, -ring.newest)

    def _wrapped(self, outer: AESGCM, number: int, by: int) -> SealedKey:
        place = b"key\0" + ORGANIZATION.bytes + number.to_bytes(8, "big")
        return SealedKey(number, b"n" * 12 + outer.encrypt(b"n" * 12, b"k" * 32, place), by)

    def row(self, number: int, snapshot: dict[str, Any], **values: Any) -> Claimed:
        notification, point = UUID(int=100 + number), UUID(int=900 + number)
        content = orjson.dumps(snapshot)
        return Claimed(
            id=UUID(int=500 + number),
            organization_id=ORGANIZATION,
            batch_id=None,
            is_rehearsal=False,
            occurrence=1,
            attempt=1,
            deadline_at=NOW + timedelta(days=1),
            now=NOW,
            notification_id=notification,
            subject_kind="interview",
            subject_id=INTERVIEW,
            subject_revision=2,
            version_id=VERSION,
            parameters_sealed=self.vault.seal_bytes(self.key, Notification.PLACE, notification, content),
            key_number=self.key.number,
            key_wrapped=self.key.wrapped,
            key_wrapped_by=self.key.wrapped_by,
            contact_point_id=point,
            contact_sealed=self.vault.seal(self.key, ContactPoint.PLACE, point, values.pop("address")),
            contact_state="active",
            user_email=None,
            user_phone=None,
            user_name=None,
            candidate_id=UUID(int=700 + number),
            **values,
        )


def snapshot_of(number: int, name: str, place: str, **more: Any) -> dict[str, Any]:
    context = {
        **samples("zh-hans"),
        "place_name": place,
        "contact_email": "lin@example.com",
        "calendar_times": TIMES,
    }
    context |= {"is_settled": True, **more}
    del context["candidate_name"], context["answer_link"]
    context.pop("verify_code", None)
    return {"context": {**context, "candidate_name": name}, "token": f"{number:043d}"}


def outcome(make: Callable[[], Message]) -> object:
    try:
        message = make()
    except (RenderProblem, ChannelError) as problem:
        return type(problem), str(problem)
    raw = message.form.mail(message, NOW) if message.form else b""
    return replace(message, form=None), raw


@given(
    people,
    st.sampled_from(BODIES),
    st.sampled_from(SENDERS),
    st.sampled_from(PURPOSES),
    st.sampled_from(["email", "email", "sms", "wechat"]),
)
def test_filled_in_or_rendered_alone_a_message_is_the_same(
    found: list[tuple[str, str]], body: str, sender: Sender, purpose: str, channel: str
) -> None:
    renderer, house = Renderer("https://jobs.example.com"), House()
    renderer.learn([Text(VERSION, channel, "zh-hans", "【{{ organization_name }}】{{ round_name }}", body)])
    for number, (name, place) in enumerate(found * 3):
        snapshot = snapshot_of(number, name, place)
        address = f"c{number}@example.com" if channel == "email" else "+8613800000000"
        row = house.row(number, snapshot, channel=channel, locale="zh-hans", purpose=purpose, address=address)
        told = row, sender, house.vault, "hr@example.com"
        alone = partial(renderer.whole, *told, snapshot, is_lab=False)
        assert outcome(partial(renderer.message, *told, is_lab=False)) == outcome(alone)


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_from_the_third_of_a_kind_on_nothing_is_rendered(sender: Sender, channel: str) -> None:
    renderer, house = Renderer("https://jobs.example.com"), House()
    renderer.learn([Text(VERSION, channel, "zh-hans", "{{ round_name }}", BODY)])
    rendered = []
    whole = renderer.whole
    renderer.whole = lambda *said, **more: rendered.append(said[0].id) or whole(*said, **more)  # type: ignore[method-assign, func-returns-value]
    for number in range(6):
        snapshot = snapshot_of(number, f"候选人{number}", "3 层")
        row = house.row(
            number,
            snapshot,
            channel=channel,
            locale="zh-hans",
            purpose="invitation",
            address=f"c{number}@example.com",
        )
        renderer.message(row, sender, house.vault, "hr@example.com", is_lab=False)
    assert len(rendered) == 2


@pytest.mark.parametrize(
    "snapshot",
    [
        {"context": {"a": 1}, "token": "t" * 43},
        {"context": {"a": 1, "candidate_name": "李雷", "reason": "x"}, "token": "t" * 43},
        {"context": {"a": 1, "candidate_name": "李雷"}, "token": "t" * 43, "answered": "<m@x>"},
        {"context": {"a": 1, "candidate_name": "李雷"}, "token": ""},
        {"context": {"a": 1, "candidate_name": None}, "token": "t" * 43},
        {"context": {"a": {"b": 1, "candidate_name": "李雷"}}, "token": "t" * 43},
        {"token": "t" * 43, "context": {"a": {"b": 1, "candidate_name": "李雷"}}},
    ],
)
def test_whoever_differs_in_more_than_the_name_is_rendered_alone(snapshot: dict[str, Any]) -> None:
    assert person_of(b"", orjson.dumps(snapshot)) is None


def test_a_name_cannot_pretend_to_be_another_part_of_the_snapshot() -> None:
    name = 'x","candidate_name":"y'
    found = person_of(b"", orjson.dumps({"context": {"a": 1, "candidate_name": name}, "token": "t" * 43}))
    assert found is not None
    assert (found.name, found.shared) == (name, b'{"context":{"a":1')

"""Whoever wrote their own words sees where the shipped ones are newer, compares, and takes over what they like."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from django.test import Client

from tests.factories import Cast
from yuemian.domain.states import Channel, Purpose
from yuemian.messaging import defaults, shipped
from yuemian.messaging.actions import library
from yuemian.messaging.actions.library import Text
from yuemian.messaging.models import Template

ZH, EN = (Channel.EMAIL, "zh-hans"), (Channel.EMAIL, "en")
MINE = Text("我们的标题", "{{ candidate_name }}，您好！\n我们自己的话。\n{{ answer_link }}")


@pytest.fixture
def template(cast: Cast, now: datetime) -> Template:
    """The shipped invitation to a first interview, with one text of the organization's own."""
    defaults.install_defaults(cast.organization, now)
    found = next(each for each in defaults.shipped_templates() if each.round == "初试")
    made = Template.objects.get(name=found.name)
    library.save_draft(cast.recruiter, made, ZH, MINE, now=now)
    library.publish(cast.recruiter, made, now=now)
    return made


@pytest.fixture
def upgrade(template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library says both texts in other words now."""
    old = next(each for each in defaults.shipped_templates() if each.name == template.name)
    said = {
        place: replace(old.texts[place], body=f"{old.texts[place].body}\n新的一句。") for place in (ZH, EN)
    }
    anew = replace(old, texts={**old.texts, **said})
    renewed = tuple(anew if each is old else each for each in defaults.shipped_templates())
    monkeypatch.setattr(shipped, "shipped_templates", lambda: renewed)


def test_own_words_are_no_news_of_the_library(recruiter_client: Client, template: Template) -> None:
    assert "自带文本有更新" not in recruiter_client.get("/templates").content.decode()
    page = recruiter_client.get(f"/templates/{template.pk}/shipped")
    assert not page.context["newer"]
    assert [each.key for each in page.context["others"]] == ["email/zh-hans"]


@pytest.mark.usefixtures("upgrade")
def test_newer_words_of_the_library_are_said_and_taken_over_into_the_draft(
    recruiter_client: Client, template: Template
) -> None:
    address = f"/templates/{template.pk}/shipped"
    assert "自带文本有更新" in recruiter_client.get("/templates").content.decode()
    assert f'href="{address}"' in recruiter_client.get(f"/templates/{template.pk}").content.decode()
    page = recruiter_client.get(address)
    assert {each.key for each in page.context["newer"]} == {"email/zh-hans", "email/en"}
    assert "新的一句。" in page.content.decode()
    form = {"take": ["email/en", "email/xx"], "seen": page.context["seen"]}
    assert recruiter_client.post(address, form).status_code == 303
    draft = template.versions.get(published_at=None)
    texts = library.texts_in(draft)
    assert texts[EN].body.endswith("新的一句。")
    assert texts[ZH] == MINE
    left = recruiter_client.get(address).context
    assert [each.key for each in left["newer"]] == ["email/zh-hans"]


@pytest.mark.usefixtures("upgrade")
def test_over_what_a_colleague_wrote_meanwhile_nothing_is_taken(
    cast: Cast, recruiter_client: Client, template: Template, now: datetime
) -> None:
    address = f"/templates/{template.pk}/shipped"
    seen = recruiter_client.get(address).context["seen"]
    library.save_draft(cast.owner, template, EN, MINE, now=now)
    recruiter_client.post(address, {"take": ["email/en"], "seen": seen})
    assert library.texts_in(template.versions.get(published_at=None))[EN] == MINE


def test_a_text_that_belongs_to_nothing_shipped_has_nothing_to_compare(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    own = library.create_template(
        cast.recruiter, name="自己的", purpose=Purpose.INVITATION, round_name="群面", now=now
    )
    assert shipped.shipped_for(own) is None
    assert "没有区别" in recruiter_client.get(f"/templates/{own.pk}/shipped").content.decode()

"""Two people in the editor of one template: the later one overwrites nothing that they have not read."""

from __future__ import annotations

import re
from datetime import datetime

from django.test import Client

from tests.factories import Cast
from tests.messaging.test_templates import GOOD, MAIL_ZH, fields, invitation
from yuemian.domain.states import Channel
from yuemian.messaging.actions import library
from yuemian.messaging.actions.library import Text
from yuemian.messaging.models import Template

MINE = Text("我的标题", "{{ candidate_name }}，您好！我写的。{{ answer_link }}")
MAIL_EN = (Channel.EMAIL, "en")


def opened(client: Client, template: Template) -> dict[str, str]:
    """The editor's form as somebody has it open, with their own words in it."""
    page = client.get(f"/templates/{template.pk}?channel=email&locale=zh-hans").content.decode()
    return fields(MINE.subject, MINE.body, seen=seen_in(page))


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def stored(template: Template) -> Text:
    return library.texts_in(template.versions.order_by("-number").first())[MAIL_ZH]


def test_a_stale_editor_overwrites_no_newer_draft(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    template = invitation(cast)
    form = opened(recruiter_client, template)
    library.save_draft(cast.owner, template, MAIL_ZH, GOOD, now=now)
    refused = recruiter_client.post(f"/templates/{template.pk}/save", form)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert stored(template) == GOOD
    assert cast.owner.name in page
    assert "我写的。" in page
    assert 'class="removed"' in page
    # Having read it, the same press saves.
    knowingly = form | {"seen": seen_in(page)}
    assert recruiter_client.post(f"/templates/{template.pk}/save", knowingly).status_code == 303
    assert stored(template) == MINE


def test_a_stale_editor_publishes_over_nobodys_version(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    template = invitation(cast)
    form = opened(recruiter_client, template) | {"publish": "1"}
    library.save_draft(cast.owner, template, MAIL_ZH, GOOD, now=now)
    library.publish(cast.owner, template, now=now)
    assert recruiter_client.post(f"/templates/{template.pk}/save", form).status_code == 409
    assert template.versions.count() == 2


def test_another_text_may_be_saved_beside_a_colleague_but_not_published_unread(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    template = invitation(cast)
    form = opened(recruiter_client, template)
    library.save_draft(cast.owner, template, MAIL_EN, GOOD, now=now)
    page = recruiter_client.post(f"/templates/{template.pk}/save", form | {"publish": "1"})
    assert page.status_code == 409
    assert "?channel=email&amp;locale=en" in page.content.decode()
    assert recruiter_client.post(f"/templates/{template.pk}/save", form).status_code == 303
    assert stored(template) == MINE


def test_a_draft_that_grew_meanwhile_is_not_discarded(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    template = invitation(cast)
    library.save_draft(cast.recruiter, template, MAIL_EN, GOOD, now=now)
    form = opened(recruiter_client, template)
    library.save_draft(cast.owner, template, MAIL_ZH, GOOD, now=now)
    recruiter_client.post(f"/templates/{template.pk}/discard", form)
    assert stored(template) == GOOD


def test_of_a_long_text_what_changed_is_shown_and_the_rest_counted(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    template, lines = invitation(cast), [f"第 {number} 行" for number in range(9)]
    body = "\n".join([*lines, "{{ answer_link }}"])
    library.save_draft(cast.recruiter, template, MAIL_ZH, Text(MINE.subject, body), now=now)
    form = opened(recruiter_client, template) | {"body": body.replace("第 8 行", "我的最后一行")}
    library.save_draft(cast.owner, template, MAIL_ZH, Text(MINE.subject, body + "！"), now=now)
    page = recruiter_client.post(f"/templates/{template.pk}/save", form).content.decode()
    part = page.partition('class="diff"')[2].partition("</div>")[0]
    assert "我的最后一行" in part
    assert "第 7 行" in part
    assert "第 3 行" not in part
    assert "⋯ 7 行无变化" in part


def test_what_is_saved_twice_by_one_person_is_no_conflict(cast: Cast, recruiter_client: Client) -> None:
    template = invitation(cast)
    form = opened(recruiter_client, template)
    for _twice in range(2):
        assert recruiter_client.post(f"/templates/{template.pk}/save", form).status_code == 303
    assert stored(template) == MINE

"""Blocks: written once, shown with a company, branch, family or job; safe whatever is typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.factories import Cast, create_cast, sign_in_client
from yuemian.messaging.models import Block
from yuemian.trust.models import AuditEntry


def typed(**fields: Any) -> dict[str, Any]:
    given = {
        "kind": "company",
        "locale": "zh-hans",
        "title": "关于我们",
        "body": "- 一\n- 二",
        "place": "company",
    }
    return given | {"link": "", "by_line": ""} | fields


def create_block(cast: Cast, **fields: Any) -> Block:
    defaults = {"kind": "company", "locale": "zh-hans", "title": "关于我们", "body": "您好"}
    return Block.objects.create(organization=cast.organization, **{**defaults, **fields})


def test_a_block_is_shown_with_the_chosen_place_alone(cast: Cast, recruiter_client: Client) -> None:
    response = recruiter_client.post("/blocks/new", typed(place=f"family:{cast.sales.family_id}"))
    assert response.status_code == 303
    (block,) = Block.objects.all()
    assert (block.family, block.branch, block.job) == (cast.sales.family, None, None)
    assert list(Block.objects.all().for_job(cast.sales)) == [block]
    assert list(Block.objects.all().for_job(cast.backend)) == []


def test_a_block_moves_to_another_place(cast: Cast, recruiter_client: Client) -> None:
    block = create_block(cast, job=cast.backend)
    recruiter_client.post(f"/blocks/{block.pk}", typed(place=f"branch:{cast.shanghai.pk}"))
    block.refresh_from_db()
    assert (block.branch, block.job) == (cast.shanghai, None)


@pytest.mark.parametrize(
    "link",
    [
        "http://video.example.com/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:pw@evil.example",
        "ftp://x.example",
    ],
)
def test_only_https_links_are_taken(cast: Cast, recruiter_client: Client, link: str) -> None:
    response = recruiter_client.post("/blocks/new", typed(kind="video", link=link))
    assert response.status_code == 200
    assert Block.objects.count() == 0


def test_a_video_needs_its_link_and_everything_else_its_text(cast: Cast, recruiter_client: Client) -> None:
    assert recruiter_client.post("/blocks/new", typed(kind="video")).status_code == 200
    assert recruiter_client.post("/blocks/new", typed(body=" ")).status_code == 200
    assert Block.objects.count() == 0
    video = typed(kind="video", body="", link="https://video.example.com/x")
    assert recruiter_client.post("/blocks/new", video).status_code == 303


def test_markup_in_a_block_is_shown_as_typed(cast: Cast, recruiter_client: Client) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="1">'
    part = recruiter_client.post(
        "/blocks/preview", typed(title=evil, body=evil, by_line=evil)
    ).content.decode()
    block = create_block(cast, title=evil, body=evil)
    for page in (
        part,
        recruiter_client.get("/blocks").content.decode(),
        recruiter_client.get(f"/blocks/{block.pk}").content.decode(),
        recruiter_client.get(f"/blocks/{block.pk}/delete").content.decode(),
    ):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_preview_never_links_to_what_cannot_be_saved(cast: Cast, recruiter_client: Client) -> None:
    part = recruiter_client.post("/blocks/preview", typed(kind="video", link="javascript:alert(1)"))
    assert "javascript:" not in part.content.decode()


def test_the_preview_shows_the_light_structure(cast: Cast, recruiter_client: Client) -> None:
    part = recruiter_client.post("/blocks/preview", typed()).content.decode()
    assert "<ul><li>一</li><li>二</li></ul>" in part


def test_moving_changes_places_with_the_neighbour_only(cast: Cast, recruiter_client: Client) -> None:
    first, second = create_block(cast, title="一"), create_block(cast, title="二")
    other = create_block(cast, title="岗位", job=cast.backend)
    third = create_block(cast, title="三")
    recruiter_client.post(f"/blocks/{third.pk}/move", {"direction": "up"})
    company = Block.objects.filter(job=None).order_by("position", "id")
    assert list(company) == [first, third, second]
    recruiter_client.post(f"/blocks/{first.pk}/move", {"direction": "up"})
    assert list(company.all()) == [first, third, second]
    assert Block.objects.get(pk=other.pk).job == cast.backend


def test_deleting_asks_first_and_is_recorded(cast: Cast, recruiter_client: Client) -> None:
    block = create_block(cast)
    asked = recruiter_client.get(f"/blocks/{block.pk}/delete").content.decode()
    assert f"“{block.title}”" in asked
    assert f"?locale={block.locale}" in asked
    assert Block.objects.count() == 1
    recruiter_client.post(f"/blocks/{block.pk}/delete")
    assert Block.objects.count() == 0
    assert AuditEntry.objects.filter(action="block.deleted").count() == 1


def test_languages_are_listed_apart(cast: Cast, recruiter_client: Client) -> None:
    create_block(cast, title="中文的")
    create_block(cast, title="The English one", locale="en")
    page = recruiter_client.get("/blocks?locale=en").content.decode()
    assert "The English one" in page
    assert "中文的" not in page


def test_the_lead_reads_but_does_not_write(cast: Cast) -> None:
    client = sign_in_client(cast.lead)
    assert client.get("/blocks").status_code == 200
    assert client.post("/blocks/new", typed()).status_code == 403


def test_another_company_s_blocks_and_places_do_not_exist(now: datetime, transactional_db: None) -> None:
    with transaction.atomic():
        galaxy = create_cast(now=now)
        block, job = create_block(galaxy).pk, galaxy.backend.pk
    with transaction.atomic():
        client = sign_in_client(create_cast(now=now, name="别家").recruiter)
    assert client.get(f"/blocks/{block}").status_code == 404
    assert client.get(f"/blocks/{block}/delete").status_code == 404
    for path in ("", "/delete", "/move"):
        assert client.post(f"/blocks/{block}{path}", typed()).status_code == 404, path
    assert client.post("/blocks/new", typed(place=f"job:{job}")).status_code == 200

"""A part of a name is found by an index, under row-level security, with the meaning of `contains`."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import Cast, create_cast, create_interviews
from yuemian.domain.names import comparable_name
from yuemian.hiring.models import Candidate
from yuemian.trust.tenancy import SETTING

NAMES = (
    "王芳",
    "王伟",
    "欧阳娜娜",
    "娜娜王",
    "李雷",
    "阿卜杜拉·买买提",
    "Ana María Núñez",
    "annabelle",
    "An",
    "Ωmega",
    "𠮷野家",
)
MANY = 3000


@pytest.fixture
def people(cast: Cast, now: datetime) -> Cast:
    create_interviews(cast, len(NAMES), now=now)
    for candidate, name in zip(Candidate.objects.order_by("pk"), NAMES, strict=True):
        candidate.name, candidate.name_key = name, comparable_name(name)
        candidate.save(update_fields=["name", "name_key"])
    return cast


def found(cast: Cast, key: str) -> set[str]:
    return set(Candidate.objects.visible_to(cast.recruiter).named(key).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("王", {"王芳", "王伟", "娜娜王"}),
        ("阳娜", {"欧阳娜娜"}),
        ("娜娜", {"欧阳娜娜", "娜娜王"}),
        ("欧阳娜娜", {"欧阳娜娜"}),
        ("欧娜", set()),
        ("阳娜娜王", set()),
        ("an", {"annabelle", "An", "Ana María Núñez"}),
        ("maría n", {"Ana María Núñez"}),
        ("杜拉买买", {"阿卜杜拉·买买提"}),
        ("𠮷", {"𠮷野家"}),
        ("%", set(NAMES)),
        ("", set(NAMES)),
    ],
)
def test_a_part_of_a_name_finds_whoever_has_it(people: Cast, part: str, names: set[str]) -> None:
    assert found(people, comparable_name(part)) == names


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.text(sorted(set("".join(map(comparable_name, NAMES)))), min_size=1, max_size=4))
def test_it_means_what_contains_means(people: Cast, part: str) -> None:
    plain = Candidate.objects.visible_to(people.recruiter).filter(name_key__contains=part)
    assert found(people, part) == set(plain.values_list("name", flat=True))


def test_it_follows_a_correction_and_forgets_who_was_erased(people: Cast) -> None:
    Candidate.objects.filter(name="李雷").update(name="李蕾", name_key="李蕾")
    Candidate.objects.filter(name="王芳").update(name="—", name_key="")
    assert (found(people, "雷"), found(people, "蕾"), found(people, "芳")) == (set(), {"李蕾"}, set())


def test_nobody_of_another_organization_is_found(people: Cast, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '', true)", [SETTING])
        cursor.execute("SELECT count(*) FROM find_named('王', NULL)")
        assert cursor.fetchone() == (0,)
    other = create_cast(now=now, name="远山科技")
    assert found(other, "王") == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM find_named('王', NULL)")
        assert cursor.fetchone() == (0,)


def test_it_stops_at_as_many_as_are_asked_for(people: Cast) -> None:
    assert Candidate.objects.named("王", 2).count() == 2


def test_only_those_who_match_are_read(people: Cast) -> None:
    """Beside thousands of others, which a walk through the table or through the organization's index would meet."""
    create_many()
    before = rows_read()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM find_named('欧阳', NULL)")
        assert cursor.fetchone() == (1,)
    assert [now - then for now, then in zip(rows_read(), before, strict=True)] == [0, 1]
    analyze()
    before = rows_read()
    assert found(people, "欧阳") == {"欧阳娜娜"}
    assert [now - then for now, then in zip(rows_read(), before, strict=True)] == [0, 2]


def rows_read() -> tuple[int, int]:
    """Of candidates, so far in this transaction: by walking through the table, and by an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'hiring_candidate'"
        )
        return cursor.fetchone()  # type: ignore[no-any-return]


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yuemian_owner")
        cursor.execute("ANALYZE hiring_candidate")
        cursor.execute("SET LOCAL ROLE yuemian_app")


def create_many() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH made AS (
                INSERT INTO trust_key SELECT (jsonb_populate_record(NULL::trust_key, to_jsonb(k) || jsonb_build_object(
                    'id', gen_random_uuid(), 'number', 1000000 + n))).*
                FROM (SELECT * FROM trust_key WHERE purpose = 'candidate' LIMIT 1) k, generate_series(1, %s) n
                RETURNING id)
            INSERT INTO hiring_candidate
            SELECT (jsonb_populate_record(NULL::hiring_candidate, to_jsonb(c) || jsonb_build_object(
                'id', gen_random_uuid(), 'key_id', made.id, 'name', '张三', 'name_key', '张三'))).*
            FROM made, (SELECT * FROM hiring_candidate LIMIT 1) c
            """,
            [MANY],
        )

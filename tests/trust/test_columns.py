"""Ids as the engine and a send read them are ids like any others."""

from __future__ import annotations

import copy
import pickle
from uuid import UUID

import pytest
from django.db import transaction

from yuemian.trust import columns
from yuemian.trust.beside import Wire
from yuemian.trust.identifiers import uuid7

ASK = "SELECT id FROM unnest(%(ids)s::uuid[]) AS asked (id)"


@pytest.mark.django_db
@pytest.mark.parametrize("id_", [UUID(int=0), UUID(int=(1 << 128) - 1), uuid7()])
def test_an_id_that_was_read_is_the_one_that_was_asked_for(id_: UUID) -> None:
    with transaction.atomic():
        ((found,),) = Wire().fetch(ASK, {"ids": [id_]})
    assert type(found) is UUID
    assert found == id_
    assert {found: "known"}[id_] == "known"
    assert (str(found), found.bytes, found.is_safe, found.version) == (
        str(id_),
        id_.bytes,
        id_.is_safe,
        id_.version,
    )
    assert pickle.loads(pickle.dumps(found)) == copy.deepcopy(found) == id_


@pytest.mark.django_db
@pytest.mark.parametrize("repeats", [1, 5])
def test_columns_of_ids_keep_their_places_with_gaps_and_repetitions(repeats: int) -> None:
    asked = [uuid7(), None, uuid7(), uuid7()] * repeats
    with transaction.atomic():
        rows = Wire().fetch(
            "SELECT n, id, id FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, n) ORDER BY n",
            {"ids": columns.uuids(asked)},
        )
        assert Wire().fetch(f"{ASK} WHERE id IS NULL AND id IS NOT NULL", {"ids": asked}) == []
    assert rows == [(number, id_, id_) for number, id_ in enumerate(asked, 1)]

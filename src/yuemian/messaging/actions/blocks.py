"""Write the blocks of the candidate page: add, change, delete, move."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.messaging.models import Block
from yuemian.trust import audit

PLACES = ("branch", "family", "job")


def save_block(user: User, block: Block, place: str, *, now: datetime) -> Block:
    """Insert or update; `place` is `branch:<id>`, `family:<id>`, `job:<id>` or `company`."""
    kind, _, identifier = place.partition(":")
    with transaction.atomic():
        is_new = block._state.adding
        block.organization_id = user.organization_id
        for name in PLACES:
            setattr(block, f"{name}_id", UUID(identifier) if name == kind else None)
        if is_new:
            last = Block.objects.visible_to(user).order_by("-position").first()
            block.position = last.position + 1 if last else 0
        block.save()
        _record(user, "block.created" if is_new else "block.changed", block.pk, now)
    return block


def delete_block(user: User, block: Block, *, now: datetime) -> None:
    """Take it off every candidate page at once."""
    with transaction.atomic():
        identifier = block.pk
        block.delete()
        _record(user, "block.deleted", identifier, now)


def move_block(user: User, block: Block, *, by: int, now: datetime) -> None:
    """Up (-1) or down (+1) past its neighbour of the same place and language; all others keep their order."""
    with transaction.atomic():
        blocks = list(Block.objects.visible_to(user).select_for_update().order_by("position", "id"))
        for position, each in enumerate(blocks):
            each.position = position
        group = [each for each in blocks if _group(each) == _group(block)]
        here = next(index for index, each in enumerate(group) if each.pk == block.pk)
        if not 0 <= here + by < len(group):
            return
        one, other = group[here], group[here + by]
        one.position, other.position = other.position, one.position
        Block.objects.bulk_update(blocks, ["position"])
        _record(user, "block.moved", block.pk, now)


def _group(block: Block) -> tuple[object, ...]:
    return (block.locale, block.branch_id, block.family_id, block.job_id)


def _record(user: User, action: str, block_id: UUID, now: datetime) -> None:
    audit.record(user.organization_id, user.actor, action, at=now, subject=("block", block_id))

"""Puts the bytes of a document into sealed pieces, and takes them out again."""

from __future__ import annotations

from typing import Final

from yuemian.onboarding.models import Document, DocumentPiece
from yuemian.trust.vault import DataKey, Unreadable, Vault

MEBIBYTE: Final = 1024 * 1024


def store_pieces(vault: Vault, key: DataKey, document: Document, content: bytes) -> None:
    parts = [content[at : at + MEBIBYTE] for at in range(0, len(content), MEBIBYTE)] or [b""]
    DocumentPiece.objects.bulk_create(
        [
            DocumentPiece(
                organization_id=document.organization_id,
                document=document,
                number=number,
                data_sealed=vault.seal_bytes(
                    key, _place(number, number == len(parts) - 1), document.pk, part
                ),
            )
            for number, part in enumerate(parts)
        ]
    )


def read_pieces(vault: Vault, key: DataKey, document: Document) -> bytes:
    """Raises Unreadable when a piece is missing, moved, cut off or altered, or the person was erased."""
    records = list(
        DocumentPiece.objects.filter(document=document)
        .order_by("number")
        .values_list("number", "data_sealed")
    )
    if not records:
        raise Unreadable(Unreadable.__doc__)
    last = len(records) - 1
    return b"".join(
        vault.open_bytes(key, _place(place, place == last), document.pk, record)
        for place, (_number, record) in enumerate(records)
    )


def _place(number: int, is_last: bool) -> str:
    """What a piece is bound to besides its document: a missing tail or a swapped piece does not open."""
    return f"onboarding_documentpiece.data#{number}{'$' if is_last else ''}"

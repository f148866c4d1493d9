"""Parts of a text message at their exact limits."""

from __future__ import annotations

import pytest

from yuemian.domain.segments import count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, "GSM-7", 164, 2, 141),
        ("面" * 70, "UCS-2", 70, 1, 0),
        ("面" * 71, "UCS-2", 71, 2, 63),
        ("面" * 134, "UCS-2", 134, 2, 0),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("面" * 66 + "😀" + "面" * 5, "UCS-2", 73, 2, 60),
        ("`", "UCS-2", 1, 1, 69),
    ],
)
def test_a_text_is_counted_as_providers_charge_it(
    text: str, encoding: str, units: int, parts: int, left: int
) -> None:
    counted = count_segments(text)
    assert (counted.encoding, counted.units, counted.parts, counted.left) == (encoding, units, parts, left)

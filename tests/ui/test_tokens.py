"""Colours: both ways into the dark theme agree, and text is readable in each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import yuemian.ui

STYLES = Path(yuemian.ui.__file__).parent / "static" / "ui"
TOKENS = (STYLES / "tokens.css").read_text(encoding="utf-8")


def tokens(selector: str) -> dict[str, str]:
    body = TOKENS.split(selector + " {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))


LIGHT = tokens(":root")
DARK = tokens(':root[data-theme="dark"]')
TONES = ["neutral", "info", "success", "warning", "danger", "special", "accent"]
TEXT = [
    ("text", "canvas"),
    ("text-2", "canvas"),
    ("text-3", "canvas"),
    ("text", "sunken"),
    ("text-2", "sunken"),
]
TEXT += [("text-3", "surface"), ("text-3", "hover"), ("text", "accent-soft"), ("text-3", "accent-soft")]
TEXT += [("accent", "canvas"), ("accent", "surface"), ("danger", "surface"), ("danger", "canvas")]
TEXT += [("on-accent", "accent"), ("on-accent", "accent-hover"), ("on-danger", "danger-fill")]
TEXT += [(tone, f"{tone}-soft") for tone in TONES] + [("text", f"{tone}-soft") for tone in TONES]
SHAPES = [("line-strong", "surface"), ("focus", "canvas"), ("focus", "surface"), ("accent", "neutral-soft")]


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_system_s_dark_and_the_chosen_dark_are_one() -> None:
    assert tokens(':root:not([data-theme="light"])') == DARK


def test_the_dark_theme_sets_every_colour() -> None:
    colours = {name for name, value in LIGHT.items() if value.startswith(("#", "rgb", "0 "))}
    assert colours == DARK.keys()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT, ids=str)
def test_text_reaches_four_and_a_half_to_one(theme: dict[str, str], ink: str, paper: str) -> None:
    assert contrast(theme[ink], theme[paper]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), SHAPES, ids=str)
def test_borders_of_controls_and_focus_reach_three_to_one(
    theme: dict[str, str], ink: str, paper: str
) -> None:
    assert contrast(theme[ink], theme[paper]) >= 3


@pytest.mark.parametrize("name", ["base.css", "console.css", "components.css"])
def test_components_use_tokens_and_name_only_tokens_that_exist(name: str) -> None:
    text = (STYLES / name).read_text(encoding="utf-8")
    own = (
        set(re.findall(r"(--[\w-]+):", text)) | {f"--{token}" for token in LIGHT} | {"--tone", "--tone-soft"}
    )
    assert set(re.findall(r"var\((--[\w-]+)", text)) <= own
    assert not re.search(r"url\(", text)


@pytest.mark.parametrize("name", ["base.css", "console.css", "components.css"])
def test_styles_are_safe_for_right_to_left(name: str) -> None:
    text = (STYLES / name).read_text(encoding="utf-8")
    assert not re.findall(
        r"(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)|[{;]\s*(?:left|right):", text
    )

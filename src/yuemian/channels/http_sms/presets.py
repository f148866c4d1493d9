"""Shipped recipes: settings of well-known kinds of gateways, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

from .config import HTTPSMSConfig


@dataclass(frozen=True)
class Preset:
    """`settings` fill the form; what is left to enter are the account's own values."""

    key: str
    name: str
    note: str
    note_zh: str
    settings: Mapping[str, Any]


@cache
def presets() -> tuple[Preset, ...]:
    folder = files("yuemian.channels.http_sms").joinpath("presets")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple(_read(name, tomllib.loads(folder.joinpath(name).read_text("utf-8"))) for name in names)


def _read(file_name: str, data: Mapping[str, Any]) -> Preset:
    known = {field.name for field in fields(HTTPSMSConfig)}
    unknown = data["settings"].keys() - known
    if unknown:
        raise ValueError(f"{file_name} has the unknown setting {min(unknown)}")
    settings = {name: v.strip("\n") if isinstance(v, str) else v for name, v in data["settings"].items()}
    return Preset(file_name.removesuffix(".toml"), data["name"], data["note"], data["note_zh"], settings)

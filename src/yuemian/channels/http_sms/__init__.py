"""Text messages through any gateway that takes an HTTP POST: what it wants is described in settings, not in code."""

from __future__ import annotations

from .config import HTTPSMSConfig
from .presets import Preset, presets
from .provider import HTTPSMSProvider

__all__ = ["HTTPSMSConfig", "HTTPSMSProvider", "Preset", "presets"]

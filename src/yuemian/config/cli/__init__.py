"""The `yuemian` command."""

from __future__ import annotations

from yuemian.config.cli.commands import main

__all__ = ["main"]

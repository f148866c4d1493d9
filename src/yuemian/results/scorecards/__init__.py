"""Scorecards: their forms, filling them in, who is late, and reading them."""

from __future__ import annotations

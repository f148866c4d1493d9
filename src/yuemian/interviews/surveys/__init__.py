"""Surveys: whom to ask, what to ask, and what the answers add up to without showing anybody."""

from __future__ import annotations

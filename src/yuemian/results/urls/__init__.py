"""Addresses of results, one file for each part."""

from __future__ import annotations

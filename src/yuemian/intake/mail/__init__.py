"""Mail that comes in: read, placed where it belongs, taken once."""

from __future__ import annotations

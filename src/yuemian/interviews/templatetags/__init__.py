"""Tags of the recruiter's pages."""

from __future__ import annotations

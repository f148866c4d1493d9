"""Pages of hiring."""

from __future__ import annotations

from yuemian.hiring.views.jobs import job_edit, job_new, jobs
from yuemian.hiring.views.privacy import decide, erase, export, find, hold, overview, person, release

__all__ = [
    "decide",
    "erase",
    "export",
    "find",
    "hold",
    "job_edit",
    "job_new",
    "jobs",
    "overview",
    "person",
    "release",
]

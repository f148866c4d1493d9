"""Why candidates do not come: the organization's list, what was said, and what it adds up to for a job."""

from __future__ import annotations

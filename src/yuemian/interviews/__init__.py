"""Interviews, their revisions, responses and attendance, and what to tell whom."""

"""Scorecards, decisions, approvals, feedback and the notices of results."""

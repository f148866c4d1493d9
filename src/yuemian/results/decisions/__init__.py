"""Deciding after an interview: reasons, lists, comparison."""

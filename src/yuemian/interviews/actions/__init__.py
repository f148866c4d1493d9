"""Writes of interviews, one module per intention: schedule, invite, change, answer."""

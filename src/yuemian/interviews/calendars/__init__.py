"""Calendars of the people who interview: connected, asked whether they are free, and fed with what they hold."""

"""What comes next for an interview: read for many at once, worded, and shown on its page."""

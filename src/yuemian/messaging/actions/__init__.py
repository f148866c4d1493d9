"""Writes of messaging, one module per subject: planning, calling off, conversation, content."""

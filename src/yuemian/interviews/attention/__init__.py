"""Deliveries that do not go on by themselves: read, counted and worded."""

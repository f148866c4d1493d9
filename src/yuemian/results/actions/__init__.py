"""One function for each intention of a user."""

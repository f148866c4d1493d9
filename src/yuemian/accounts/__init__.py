"""Organizations, branches, users, roles, sign-in."""

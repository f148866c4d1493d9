"""Yuemian 约面: invites candidates to interviews and tells every one of them the result."""

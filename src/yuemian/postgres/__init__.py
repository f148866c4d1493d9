"""The embedded PostgreSQL server's supervisor; knows no Django."""

from __future__ import annotations

from yuemian.postgres.places import socket_directory
from yuemian.postgres.problems import ServerProblem
from yuemian.postgres.roles import RolesMissing, ensure_roles, setup_statements
from yuemian.postgres.server import Server, running_server

__all__ = [
    "RolesMissing",
    "Server",
    "ServerProblem",
    "ensure_roles",
    "running_server",
    "setup_statements",
    "socket_directory",
]

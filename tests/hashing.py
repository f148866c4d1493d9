"""Passwords of the suite: kept as everywhere, in a thousandth of the time.

The real price, a hundred megabytes and eight threads for each try, is paid by the journeys.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1

"""The tale that tests of notices tell."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories import Cast
from tests.results.stories import Tale


@pytest.fixture
def tale(cast: Cast, now: datetime) -> Tale:
    return Tale(cast, now)

"""News for the rooms above."""

from __future__ import annotations

from django.dispatch import Signal

#: `notices` (list of ResultNotice), `now`: they were released; nothing has left yet, and they may still be recalled.
results_released = Signal()
#: `notices`, `now`: called back, or void, before anything left.
results_called_back = Signal()

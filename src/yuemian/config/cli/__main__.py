"""`python -m yuemian.config.cli`: how the supervisor starts its children, whatever is on the PATH."""

from __future__ import annotations

import sys

from yuemian.config.cli.commands import main

sys.exit(main())

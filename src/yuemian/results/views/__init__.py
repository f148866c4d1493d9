"""Pages of scorecards, decisions and approvals."""

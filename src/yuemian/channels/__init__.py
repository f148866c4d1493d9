"""Provider adapters: no Django, no database."""

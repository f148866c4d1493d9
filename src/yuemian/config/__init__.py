"""The wiring: settings, URLs, processes and the command line."""

"""Simulators of vendors: as strict as their documents, and able to play every fault."""

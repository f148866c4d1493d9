"""Onboarding after a pass: the form, its files, and what HR does with them."""

"""Tenant scoping, encryption, the audit chain, rate limits."""

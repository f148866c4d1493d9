"""Addresses of results, a file for each part."""

"""Benchmarks: what is measured and how to run stands in README.md."""

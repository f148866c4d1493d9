"""Cleaning of files that strangers send: looked into and written anew by a process that can do nothing else."""

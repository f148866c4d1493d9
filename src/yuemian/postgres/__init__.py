"""The embedded PostgreSQL server's supervisor; knows no Django."""

"""Alembic's scripts: how the ledger got its tables, one step after another."""

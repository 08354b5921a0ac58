"""Alembic's entry: runs inside the connection and transaction that `engine.py` opened."""

from alembic import context

from worker.ledger.metadata import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
context.run_migrations()

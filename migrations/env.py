"""alembic's entry: migrates the shared store over the connection that `vault.store.upgrade` hands in.

There is no offline mode and no ini file: a migration runs after a backup copy and between two comparisons of the
schema, and only `custody init` and `custody store upgrade` do that.
"""

from __future__ import annotations

from alembic import context

from vault.store.tables import shared_tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=shared_tables().metadata,
    # SQLite too rolls a failed migration back, since our transactions begin with a BEGIN of their own.
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

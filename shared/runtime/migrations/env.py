"""Run by Alembic: migrates the connection that `shared.runtime.migrate` hands over; never opens one itself."""

from alembic import context

config = context.config

context.configure(
    connection=config.attributes["connection"],
    target_metadata=config.attributes["metadata"],
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="sa.",
)

with context.begin_transaction():
    context.run_migrations()

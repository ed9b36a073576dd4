"""`make migration`: writes the next migration of every service whose tables have changed."""

import sys

import sqlalchemy as sa

from services.embedded import SERVICES
from shared.runtime.migrate import configured, write_revision
from shared.runtime.service import Service


def has_changed(service: Service) -> bool:
    """Whether the declared tables differ from what the chain makes."""
    from alembic import command
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        if any(service.migrations.glob("[0-9]*.py")):
            command.upgrade(configured(service, connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, service.metadata)
    engine.dispose()
    return any(d for d in differences if not _is_version_table(d))


def _is_version_table(difference: object) -> bool:
    return (
        isinstance(difference, tuple)
        and difference[0] == "remove_table"
        and difference[1].name == "alembic_version"
    )


def main() -> None:
    message = " ".join(sys.argv[1:]) or "tables as declared"
    for service in SERVICES:
        if has_changed(service):
            write_revision(service, message)
            print(f"{service.name}: migration written; read it before you commit it")


if __name__ == "__main__":
    main()

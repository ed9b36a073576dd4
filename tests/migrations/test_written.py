"""What `make migration` writes is as `make lint` wants it."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import SQLModel

from services.risk.service import SERVICE
from shared.contracts.finance.vendors import Vendor
from shared.domain.copies import Known
from shared.messaging.consumer import reacting
from shared.runtime.migrate import write_revision
from shared.store.columns import own_registry


class Base(SQLModel, registry=own_registry()):
    """Of the table of copies that is added."""


def test_a_migration_that_was_written_is_formatted_and_linted(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(SERVICE.migrations, folder)
    metadata = sa.MetaData()
    for table in SERVICE.metadata.tables.values():
        table.to_metadata(metadata)
    columns = [sa.Column(f"a_column_with_quite_a_long_name_{n}", sa.BigInteger, index=True) for n in range(3)]
    sa.Table("lesson", metadata, sa.Column("id", sa.String(36), primary_key=True), *columns)
    copy = Known(Vendor, Base)
    copy.table.to_metadata(metadata)
    consumers = (*SERVICE.consumers, reacting("risk", [copy], name="vendors"))
    service = replace(SERVICE, migrations=folder, metadata=metadata, consumers=consumers)
    write_revision(service, "lessons learned")
    [written] = set(folder.glob("[0-9]*.py")) - {
        folder / path.name for path in SERVICE.migrations.glob("*.py")
    }
    assert "lesson" in written.read_text()
    assert "known_vendor" in written.read_text()
    settings = Path(__file__).parents[2] / "pyproject.toml"
    for check in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *check, "--config", settings, written]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + written.read_text()

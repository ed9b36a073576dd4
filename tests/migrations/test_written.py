"""What `make migration` writes is as `make lint` wants it."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from services.risk.service import SERVICE
from shared.runtime.migrate import write_revision


def test_a_migration_that_was_written_is_formatted_and_linted(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(SERVICE.migrations, folder)
    metadata = sa.MetaData()
    for table in SERVICE.metadata.tables.values():
        table.to_metadata(metadata)
    columns = [sa.Column(f"a_column_with_quite_a_long_name_{n}", sa.BigInteger, index=True) for n in range(3)]
    sa.Table("lesson", metadata, sa.Column("id", sa.String(36), primary_key=True), *columns)
    write_revision(replace(SERVICE, migrations=folder, metadata=metadata), "lessons learned")
    [written] = set(folder.glob("[0-9]*.py")) - {
        folder / path.name for path in SERVICE.migrations.glob("*.py")
    }
    assert "lesson" in written.read_text()
    settings = Path(__file__).parents[2] / "pyproject.toml"
    for check in (["format", "--check"], ["check"]):
        command = [sys.executable, "-m", "ruff", *check, "--config", settings, written]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + written.read_text()

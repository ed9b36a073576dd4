"""What the tests themselves stand on."""

import subprocess
import sys
from pathlib import Path

import asyncpg

USING_A_FOLDER = "def test_uses_a_folder(tmp_path):\n    assert tmp_path.exists()\n"


async def test_the_postgresql_of_the_tests_survives_another_pytest(postgres: str, tmp_path: Path) -> None:
    """Each start of pytest closes the common folder of its user's runs to others, PostgreSQL's user among them."""
    (tmp_path / "test_other.py").write_text(USING_A_FOLDER)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    connection = await asyncpg.connect(postgres)
    await connection.execute("CHECKPOINT")
    await connection.close()

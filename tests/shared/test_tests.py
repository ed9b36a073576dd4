"""What the tests themselves stand on."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg

USING_A_FOLDER = "def test_uses_a_folder(tmp_path):\n    assert tmp_path.exists()\n"


async def test_the_postgresql_of_the_tests_survives_another_pytest(postgres: str, tmp_path: Path) -> None:
    """Each start of pytest closes the common folder of its user's runs to others, PostgreSQL's user among them."""
    (tmp_path / "test_other.py").write_text(USING_A_FOLDER)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", cwd=tmp_path, stdout=PIPE
    )
    said, _ = await other.communicate()
    assert other.returncode == 0, said.decode()
    connection = await asyncpg.connect(postgres)
    await connection.execute("CHECKPOINT")
    await connection.close()

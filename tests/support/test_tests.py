"""What the tests themselves stand on."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support import rotation
from tests.support.postgres import Fresh, PostgresServer, as_it_is

ENDS_S = 180
USING_A_FOLDER = "def test_uses_a_folder(tmp_path):\n    assert tmp_path.exists()\n"


async def test_the_postgresql_of_the_tests_survives_another_pytest(postgres: str, tmp_path: Path) -> None:
    """Each start of pytest closes the common folder of its user's runs to others, PostgreSQL's user among them."""
    (tmp_path / "test_other.py").write_text(USING_A_FOLDER)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", cwd=tmp_path, stdout=PIPE
    )
    printed, _ = await asyncio.wait_for(other.communicate(), ENDS_S)
    assert other.returncode == 0, printed.decode()
    connection = await asyncpg.connect(postgres)
    await connection.execute("CHECKPOINT")
    await connection.close()


async def change(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url.replace("{service}", "projects"))
    await connection.execute(statement)
    await connection.close()


def content(url: str) -> Fresh:
    return asyncio.run(as_it_is(url.replace("{service}", "projects")))


def test_the_next_test_finds_a_database_as_new(postgres_server: PostgresServer) -> None:
    url = postgres_server.databases()
    new = content(url)
    assert new.rows, "the migrations leave rows, their own at least"
    asyncio.run(change(url, "UPDATE alembic_version SET version_num = '0'"))
    postgres_server.give_back(url)
    assert postgres_server.databases() == url
    assert content(url) == new


def test_a_database_whose_schema_was_changed_is_not_used_again(postgres_server: PostgresServer) -> None:
    url = postgres_server.databases()
    asyncio.run(change(url, "ALTER TABLE project ADD COLUMN colour TEXT"))
    postgres_server.give_back(url)
    assert postgres_server.databases() != url


def test_in_ten_days_everything_had_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    things = [f"thing {n}" for n in range(300)]
    parts = []
    for number in range(rotation.PARTS):
        monkeypatch.setenv(rotation.VARIABLE, str(number))
        parts.append(rotation.turn(things, str))
    assert sorted(thing for part in parts for thing in part) == sorted(things)
    assert max(map(len, parts)) < 60
    monkeypatch.setenv(rotation.VARIABLE, "all")
    assert rotation.turn(things, str) == things


def test_what_rotates_is_done_as_a_whole_by_make_chaos() -> None:
    """And nothing else is named there: a file that no longer rotates is taken off the list."""
    root = Path(__file__).parents[2]
    files = (root / "tests").rglob("test_*.py")
    rotating = [path for path in files if re.search(r"rotation import .*\bturn\b", path.read_text())]
    [line] = re.findall(r"^ROTATING := (.*)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert sorted(line.split()) == sorted(path.relative_to(root).as_posix() for path in rotating)


WAITING = """
import asyncio


async def test_waits(postgres, postgres_server):
    print("pid", postgres_server._running.get_pid(), flush=True)
    await asyncio.sleep(60)
"""


async def test_a_run_that_is_told_to_end_leaves_no_database_behind(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.conftest"]\n')
    (tmp_path / "test_waiting.py").write_text(WAITING)
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto",
        "test_waiting.py", cwd=tmp_path, stdout=PIPE, env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    pid = await _told_pid(run)
    assert _runs(pid)
    run.terminate()
    printed, _ = await asyncio.wait_for(run.communicate(), ENDS_S)
    assert run.returncode == pytest.ExitCode.INTERRUPTED, printed.decode()
    async with asyncio.timeout(30):
        while _runs(pid):  # noqa: ASYNC110 another process is to end
            await asyncio.sleep(0.05)


async def _told_pid(run: Any) -> int:
    async for line in run.stdout:
        if line.startswith(b"pid "):
            return int(line.split()[1])
    raise AssertionError("the run ended before its test began")


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


LEAVES_A_PROCESS = """
import subprocess
from pathlib import Path
from tests.support import janitor
janitor.hire()

def test_leaves_a_process() -> None:
    left = subprocess.Popen(["sleep", "600"], start_new_session=True)
    Path("left.pid").write_text(str(left.pid))
    left.wait()
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the janitor looks into /proc")
@pytest.mark.parametrize("workers", ["0", "1"])
async def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_it.py").write_text(LEAVES_A_PROCESS)
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-q", "-n", workers, cwd=tmp_path, stdout=PIPE,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    pid = tmp_path / "left.pid"
    async with asyncio.timeout(60):
        while not pid.exists() or not pid.read_text():  # noqa: ASYNC110 another process tells by a file
            await asyncio.sleep(0.05)
        remaining = Path("/proc") / pid.read_text()
        assert remaining.exists()
        run.kill()
        await run.wait()
        while remaining.exists():  # noqa: ASYNC110 another process is to end
            await asyncio.sleep(0.05)


SCHEDULES = """
from tests.support import parallel


def pytest_xdist_make_scheduler(config, log):
    return parallel.Scheduling(config, log)
"""
HANGS = """
import asyncio
import time

import pytest


async def test_waits() -> None:
    await asyncio.Event().wait()


@pytest.fixture
def stubborn():
    yield
    while True:
        try:
            time.sleep(600)
        except BaseException:
            pass


def test_fails_and_its_teardown_hangs(stubborn):
    assert False


def test_passes() -> None:
    pass
"""


@pytest.mark.parametrize("parallel", [(), ("-n", "1", "--dist", "loadscope")], ids=["alone", "on a worker"])
async def test_what_hangs_is_ended_and_named(tmp_path: Path, parallel: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text(SCHEDULES)
    (tmp_path / "test_hanging.py").write_text(HANGS)
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.support.limits", "--limit=1", *parallel,
        "-o", "asyncio_mode=auto", "test_hanging.py", cwd=tmp_path, stdout=PIPE, stderr=STDOUT,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    output, _ = await asyncio.wait_for(run.communicate(), ENDS_S)
    text = output.decode()
    assert run.returncode == 1, text
    assert "Event().wait()" in text, "the task's stack says where it waited"
    assert "in stubborn" in text, "the stacks of a process that is ended by force say what held it"
    if parallel:
        assert "the test has not ended after 1 s" in text
        assert "3 failed, 1 passed" in text, "another worker takes the rest, and not what ended the first"


FORKS = """
import os
import subprocess
import sys
import time

from tests.support import janitor

janitor.hire()
left = subprocess.Popen(["sleep", "600"], start_new_session=True, stdout=subprocess.DEVNULL)
forked = os.fork()
if forked:
    print(left.pid, forked, flush=True)
    os._exit(0)
os.closerange(0, 3)
time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the janitor looks into /proc")
async def test_the_janitor_comes_even_while_a_forked_child_lives() -> None:
    run = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FORKS, stdout=PIPE, env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONPATH": str(Path(__file__).parents[2])}
    )  # fmt: skip
    output, _ = await asyncio.wait_for(run.communicate(), ENDS_S)
    remaining, forked = map(int, output.split())
    try:
        async with asyncio.timeout(ENDS_S):
            while _runs(remaining):  # noqa: ASYNC110 another process is to end
                await asyncio.sleep(0.05)
    finally:
        os.kill(forked, signal.SIGKILL)

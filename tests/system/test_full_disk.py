"""A disk that is full for a while: nothing that was acknowledged is lost, and afterwards everything goes on by itself.

The kernel refuses to let the process's files grow, as a full disk does: every write of the store, its log and the
process's own log fails until the limit is lifted again.
"""

import json
import resource
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest

from tests.system.running import EmbeddedProcess, token_of

PROJECTS = "/projects/v1/projects"
DEADLINE_S = 60.0


@pytest.fixture
def process(tmp_path: Path) -> Iterator[EmbeddedProcess]:
    running = EmbeddedProcess(tmp_path / "data")
    running.start()
    try:
        yield running
    finally:
        running.end()


def fill_up(process: EmbeddedProcess) -> None:
    """No file may grow beyond what the smallest already has."""
    pid = process.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))


def free(process: EmbeddedProcess) -> None:
    pid = process.process.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_after_a_full_disk_everything_goes_on_by_itself(process: EmbeddedProcess) -> None:
    headers = {"Authorization": f"Bearer {token_of(process.data)}"}
    with httpx.Client(base_url=process.url, headers=headers, timeout=30) as client:
        items = [{"name": f"Before {n}"} for n in range(500)]
        response = client.post(
            f"{PROJECTS}/batch", json={"items": items}, headers={"Idempotency-Key": "made"}
        )
        fill_up(process)  # while most of them wait to be folded
        refused = [client.post(PROJECTS, json={"name": f"During {n}"}) for n in range(5)]
        for _ in range(600):  # more lines than the log lets wait
            assert client.get("/projects/livez").status_code == 200
        wait_until_folding_fails(client)
        free(process)
        assert [item["status"] for item in response.json()["items"]] == [201] * 500
        assert [answer.status_code for answer in refused] == [503] * 5
        after = client.post(PROJECTS, json={"name": "After"})
        assert after.status_code == 201, after.text
        folded = client.get(
            "/reporting/v1/projects?limit=1", headers={"Portolan-After": after.headers["Portolan-Position"]}
        )
        assert folded.status_code == 200, folded.text
        wait_until_all_are_ready(client)
        for service, consumers in consumers_of(client).items():
            assert consumers, service
    process.end()  # which writes the log's last lines
    lines = (process.data / "logs" / "portolan.jsonl").read_text().splitlines()
    assert [line for line in lines if "lines of the log are missing" in line]
    reported = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    assert any(line.get("route") == "/projects/v1/projects" for line in reported)


def wait_until_all_are_ready(client: httpx.Client) -> None:
    deadline = monotonic() + DEADLINE_S
    for service in ("projects", "resources", "finance", "risk", "reporting"):
        while (answer := client.get(f"/{service}/readyz")).status_code != 200:
            assert monotonic() < deadline, answer.text
            sleep(0.05)


def wait_until_folding_fails(client: httpx.Client) -> None:
    """Twice: what a consumer says of it has gone wrong, too."""
    deadline = monotonic() + DEADLINE_S
    while not any(
        line.startswith("portolan_fold_errors_total{") and float(line.split()[-1]) >= 2
        for line in client.get("/reporting/metrics").text.splitlines()
    ):
        assert monotonic() < deadline
        sleep(0.05)


def consumers_of(client: httpx.Client) -> dict[str, list[str]]:
    """Service -> the consumers that run, as the metrics tell."""
    running: dict[str, list[str]] = {}
    for line in client.get("/reporting/metrics").text.splitlines():
        if line.startswith("portolan_background_task_up{") and 'task="the consumer' in line:
            assert line.endswith(" 1.0"), line
            running.setdefault(line.split('service="')[1].split('"')[0], []).append(line)
    return running

"""The process that serves is killed while it computes, on both databases: its worker ends with it, and the next process
does the work again."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from deploy.kafka.broker import free_port
from shared.http.auth.issuers import LocalIssuer
from tests.system.running import ROOT

WITHIN_S = 60.0
LONG = {
    "activities": [{"key": f"A{i}", "duration": {"kind": "pert", "low": 1, "likely": 2, "high": 9}} for i in range(200)],
    "links": [{"from_key": f"A{i}", "to_key": f"A{i + 1}"} for i in range(199)],
    "runs": 40_000,
}  # fmt: skip
"""Some seconds of work."""


def until(ask: Callable[[], Any], holds: Callable[[Any], bool] = bool) -> Any:
    end = monotonic() + WITHIN_S
    while not holds(answer := _tried(ask)):
        assert monotonic() < end, f"not within {WITHIN_S} s: {answer}"
        sleep(0.02)
    return answer


def _tried(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except httpx.TransportError as error:
        return error


class Serving:
    """The risk service in a process of its own."""

    def __init__(self, data: Path, database_url: str) -> None:
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTOLAN_")}
        environment |= {
            "PORTOLAN_DATA": str(data), "PORTOLAN_DATABASE_URL": database_url, "PORTOLAN_PORT": str(port),
            "PORTOLAN_OPERATION_LEASE_S": "1", "PORTOLAN_DRAIN_S": "0",
        }  # fmt: skip
        with data.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.risk"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        token = LocalIssuer(data).issue("mara", "manager", "portolan")
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
        until(lambda: self.client.get("/risk/livez"), lambda answer: getattr(answer, "status_code", 0) == 200)

    def workers(self) -> list[int]:
        """The processes of its workers that are alive."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in children.read_text().split()]

    def end(self) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WITHIN_S)


def test_what_a_killed_process_computed_is_computed_again(tmp_path: Path, database_url: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    first = Serving(data, database_url)
    try:
        accepted = first.client.post("/risk/v1/simulations/trial", json=LONG)
        assert accepted.status_code == 202, accepted.text
        operation = accepted.headers["location"]
        until(lambda: first.client.get(operation).json(), lambda one: one["state"] == "running")
        (worker,) = first.workers()
    finally:
        first.end()
    until(lambda: not Path(f"/proc/{worker}").exists())
    second = Serving(data, database_url)
    try:
        one = until(
            lambda: second.client.get(operation).json(), lambda one: one["state"] not in ("queued", "running")
        )
        assert one["state"] == "succeeded", one
        assert second.client.get(one["result"]).json()["runs"] == LONG["runs"]
    finally:
        second.end()

"""How soon `portolan up` is ready, all five services in one process, and how much memory it then holds."""

import os
import signal
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx

from benchmarks.figure import Figure
from benchmarks.servers import free_port
from shared.http.auth.roles import SERVICES

ROUNDS = 3
PATIENCE_S = 60.0


def figures() -> list[Figure]:
    taken = [_started() for _ in range(ROUNDS)]
    return [
        Figure("ready", median(seconds for seconds, _ in taken), "s", 5, note="first start, stores made"),
        Figure(
            "memory", median(megabytes for _, megabytes in taken), "MB", 150, note="resident, five services"
        ),
    ]


def _started() -> tuple[float, float]:
    """(seconds until every service is ready, resident megabytes then)."""
    port = free_port()
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        command = [
            sys.executable,
            "-m",
            "services",
            "up",
            "--data",
            folder,
            "--port",
            str(port),
            "--no-sample",
        ]
        started = perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while not all(_is_ready(port, service) for service in SERVICES):
                if perf_counter() - started > PATIENCE_S:
                    raise RuntimeError("it did not become ready")
                sleep(0.02)
            return perf_counter() - started, _resident(process.pid)
        finally:
            os.kill(process.pid, signal.SIGTERM)
            process.wait(20)


def _is_ready(port: int, service: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/{service}/readyz", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


def _resident(pid: int) -> float:
    """From ps, which Linux and macOS both have, in kilobytes."""
    listing = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(listing.stdout) / 1000

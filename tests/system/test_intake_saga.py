"""A request that is approved with an envelope, reserved and converted, while the process is killed between the steps: started
again, each step has happened once, and no figure is out of place.

Each point is named by what stands in the databases at the kill, which is read there while nothing runs. Which request is the one
that is caught at the point is up to the machine: requests are approved and killed until one is.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from tests.system.running import EmbeddedProcess, token_of

REQUESTS, ENVELOPES, COMMITMENTS = "/projects/v1/requests", "/finance/v1/envelopes", "/finance/v1/commitments"
COST = {"amount": "1000.00", "currency": "CHF"}
ROOM = {"amount": "1000000.00", "currency": "CHF"}
TRIES = 8
DEADLINE_S = 60.0


class Instance:
    """Portolan on one database for each service, killed and started again."""

    def __init__(self, process: EmbeddedProcess) -> None:
        self.process = process
        self.tokens = {
            name: token_of(process.data, name) for name in ("maker", "examiner", "director", "second")
        }
        self.envelope = self.make("second", ENVELOPES, kind="annual", fiscal_year=2026, amount=ROOM)["id"]
        self.act("director", f"{ENVELOPES}/{self.envelope}", "approve")
        self.unit = self.make("maker", "/resources/v1/org-units", name="Accounts")["id"]
        self.until(self.may_name_unit)
        self.requests: list[str] = []

    def ask(self, by: str, method: str, path: str, **options: Any) -> httpx.Response:
        """On a connection of its own: what was kept open does not outlive the process."""
        headers = {"Authorization": f"Bearer {self.tokens[by]}"} | options.pop("headers", {})
        return httpx.request(method, f"{self.process.url}{path}", headers=headers, timeout=30, **options)

    def make(self, by: str, path: str, **members: Any) -> dict[str, Any]:
        key = {"Idempotency-Key": f"{path} {monotonic()}"}
        answer = self.ask(by, "POST", path, json=members, headers=key)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, path: str, **query: str) -> dict[str, Any]:
        answer = self.ask("director", "GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(self, by: str, path: str, verb: str, **body: Any) -> dict[str, Any]:
        match = {"If-Match": f'"{self.read(path)["version"]}"'}
        answer = self.ask(by, "POST", f"{path}/{verb}", json=body, headers=match)
        assert answer.status_code == 200, (verb, answer.text)
        return dict(answer.json())

    def until(self, holds: Callable[[], bool]) -> None:
        deadline = monotonic() + DEADLINE_S
        while not holds():
            assert monotonic() < deadline, "it does not come about"
            sleep(0.05)

    def may_name_unit(self) -> bool:
        body = {"title": "Try", "need": "N", "unit_id": self.unit}
        answer = self.ask("maker", "POST", f"{REQUESTS}?validate_only=true", json=body)
        return answer.is_success

    def qualified(self) -> str:
        """The address of a request that can be approved."""
        costs = dict.fromkeys(("cost_low", "cost_likely", "cost_high"), COST)
        members = {
            "title": "Scan",
            "need": "N",
            "outcome": "O",
            "category": "mandatory",
            "unit_id": self.unit,
        }
        path = f"{REQUESTS}/{self.make('maker', REQUESTS, **members, **costs)['id']}"
        self.act("maker", path, "submit")
        for verb in ("screen", "qualify"):
            self.act("examiner", path, verb)
        self.requests.append(path)
        return path

    def kill(self) -> None:
        self.process.kill()

    def start(self) -> None:
        self.process.start()

    def stored(self, service: str, query: str, *params: str) -> list[Any]:
        """What stands in the database of a service, read beside the process."""
        file = self.process.data / f"{service}.sqlite"
        with closing(sqlite3.connect(file, timeout=10)) as connection:
            return connection.execute(query, params).fetchall()

    def commitments_of(self, request: str) -> list[str]:
        query = "SELECT json_extract(document, '$.state') FROM commitment WHERE request_id = ?"
        return [row[0] for row in self.stored("finance", query, request.rpartition("/")[2])]

    def request_of(self, request: str) -> tuple[str, str]:
        query = "SELECT json_extract(document, '$.state'), json_extract(document, '$.funding') FROM request WHERE id = ?"
        [(state, funding)] = self.stored("projects", query, request.rpartition("/")[2])
        return state, funding

    def audit(self) -> None:
        """Each request has one commitment, reserved or handed over once; the envelope has room for what is left."""
        figures = self.read(f"{ENVELOPES}/{self.envelope}/figures")
        commitments = self.read(COMMITMENTS, limit="200")["items"]
        by_request = {one["request_id"]: one["state"] for one in commitments}
        assert len(by_request) == len(commitments), "a request has two commitments"
        reserved = sum(state == "reserved" for state in by_request.values())
        assert figures["reserved"]["amount"] == f"{reserved * 1000}.00"
        for verb, count in (("reserved", len(commitments)), ("released", len(commitments) - reserved)):
            kind = f"portolan.finance.commitment.{verb}.v1"
            assert len(self.read("/finance/v1/events", type=kind, limit="200")["items"]) == count


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("saga") / "data")
    process.start()
    try:
        yield Instance(process)
    finally:
        process.end()


def approved(instance: Instance) -> str:
    path = instance.qualified()
    instance.act("director", path, "approve", envelope_id=instance.envelope)
    return path


def is_funded(instance: Instance, path: str) -> bool:
    return bool(instance.read(path)["funding"] == "reserved")


def is_handed_over(instance: Instance, path: str) -> bool:
    return instance.commitments_of(path) == ["released"]


def test_killed_between_the_approval_and_the_reservation_the_cost_is_reserved_once(
    instance: Instance,
) -> None:
    for _ in range(TRIES):
        path = approved(instance)
        instance.kill()
        was_caught = not instance.commitments_of(path) and instance.request_of(path) == ("approved", "asked")
        instance.start()
        instance.until(partial(is_funded, instance, path))
        instance.audit()
        if was_caught:
            return
    pytest.fail("the point was never met")


def test_killed_between_the_reservation_and_its_news_the_request_is_funded_once(instance: Instance) -> None:
    for _ in range(TRIES):
        path = approved(instance)
        deadline = monotonic() + DEADLINE_S
        while not instance.commitments_of(path):
            assert monotonic() < deadline
        instance.kill()
        was_caught = instance.request_of(path)[1] == "asked"
        instance.start()
        instance.until(partial(is_funded, instance, path))
        instance.audit()
        if was_caught:
            return
    pytest.fail("the point was never met")


def test_killed_after_the_conversion_the_room_goes_over_to_the_project_once(instance: Instance) -> None:
    for _ in range(TRIES):
        path = approved(instance)
        instance.until(partial(is_funded, instance, path))
        became = instance.act("director", path, "convert", into="project")["became"]
        instance.kill()
        was_caught = instance.commitments_of(path) == ["reserved"]
        instance.start()
        assert instance.read(f"/projects/v1/projects/{became['id']}")["stage"] == "proposed"
        assert instance.read(f"/projects/v1/mandates/{became['mandate_id']}")["state"] == "draft"
        instance.until(partial(is_handed_over, instance, path))
        instance.audit()
        if was_caught:
            return
    pytest.fail("the point was never met")

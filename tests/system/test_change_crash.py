"""The process is killed before and behind each step from an approved change to the next edition of the mandate, and at the
decision on an exception: started again, each has happened once, with all that follows from it."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.gate import Point, gate_to
from tests.system.running import EmbeddedProcess
from tests.system.signing import MANDATES, Signing

CHANGES, BASELINES, EXCEPTIONS = (f"/projects/v1/{name}" for name in ("changes", "baselines", "exceptions"))
PACKAGES, DECISIONS, FORECASTS = (
    "/projects/v1/work-packages",
    "/projects/v1/decisions",
    "/finance/v1/forecasts",
)
PLAN = [{"milestone": "Begin", "due_on": "2027-01-04"}, {"milestone": "End", "due_on": "2027-06-30"}]
DAYS = {"planned_start_on": "2027-01-04", "planned_finish_on": "2027-06-30"}
POINTS = ("before", "behind")


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedProcess]:
    process = EmbeddedProcess(tmp_path_factory.mktemp("change") / "data")
    process.start()
    try:
        yield process
    finally:
        process.end()


def chf(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}


class Changing(Signing):
    """A project under an execution mandate of 1000.00 francs and ten per cent; its sponsor and its manager act by name."""

    def __init__(self, instance: EmbeddedProcess, dies_at: str = "", point: str = "") -> None:
        super().__init__(instance, "execution", plan=PLAN, tolerances={"cost_pct": 10})
        self.dies_at, self.point = dies_at, point
        self.sara, self.max = self.logins
        assert self.sign(self.max).json()["state"] == "signed"

    def move(
        self, collection: str, id: str, verb: str, by: str = "the-auditor", url: str = "", **body: Any
    ) -> httpx.Response:
        path = f"{collection}/{id}"
        headers = {"If-Match": self.call("GET", path).headers["etag"]}
        return self.call("POST", f"{path}/{verb}", by, url, json=body, headers=headers)

    def step(self, name: str, collection: str, id: str, verb: str, by: str, **body: Any) -> dict[str, Any]:
        """A move; if it is this one that dies, then it is made again where it was not committed."""
        if name == self.dies_at:
            point = Point("POST", f"/{verb}", self.instance.kill, is_behind=self.point == "behind")
            with gate_to(self.instance.url, point) as gate, pytest.raises(httpx.TransportError):
                self.move(collection, id, verb, by, gate.url, **body)
            assert point.met.is_set()
            self.instance.start()
            if self.point == "behind":
                assert self.move(collection, id, verb, by, **body).status_code == 409, "it was committed"
                return dict(self.call("GET", f"{collection}/{id}").json())
        answer = self.move(collection, id, verb, by, **body)
        assert answer.status_code == 200, (name, answer.text)
        return dict(answer.json())

    def baseline(self, step: str, **members: Any) -> None:
        body = {"project_id": self.project, "name": "Plan", **members}
        proposed = self.call("POST", BASELINES, self.max, json=body)
        assert proposed.status_code == 201, proposed.text
        self.step(step, BASELINES, proposed.json()["id"], "approve", "the-auditor")

    def bac(self) -> Any:
        return self.call("GET", f"/finance/v1/projects/{self.project}/earned-value").json().get("bac")

    def of_project(self, collection: str, *members: str) -> list[tuple[Any, ...]]:
        rows = self.items(collection, project_id=self.project)
        return sorted(tuple(row[member] for member in members) for row in rows)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("step", ["change", "baseline", "edition"])
def test_an_approved_change_becomes_one_baseline_and_one_edition_wherever_the_process_dies(
    instance: EmbeddedProcess, step: str, point: str
) -> None:
    saga = Changing(instance, step, point)
    package = saga.make(
        PACKAGES, project_id=saga.project, wbs="1", name="Build", budget=chf("1000.00"), **DAYS
    )
    saga.baseline("first")
    saga.until(lambda: saga.bac() == chf("1000.00"))

    change = saga.make(
        CHANGES, project_id=saga.project, title="More", kind="scope", impact={"cost": chf("250.00")}
    )["id"]
    assert saga.move(CHANGES, change, "assess").json()["authority"] == "sponsor"
    saga.step("change", CHANGES, change, "approve", saga.sara)
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    path = f"{PACKAGES}/{package['id']}"
    patched = saga.call(
        "PATCH", path, content='{"budget": {"amount": "1250.00", "currency": "CHF"}}', headers=headers
    )
    assert patched.status_code == 200, patched.text
    saga.baseline("baseline", change_ids=[change])
    saga.until(lambda: saga.bac() == chf("1250.00"))

    [draft] = saga.items(MANDATES, project_id=saga.project, state="draft")
    assert (draft["edition"], draft["budget"]) == (2, chf("1250.00"))
    assert saga.move(MANDATES, draft["id"], "submit").status_code == 200
    hash = saga.call("GET", f"{MANDATES}/{draft['id']}").json()["content_hash"]
    saga.step("first signature", MANDATES, draft["id"], "sign", saga.sara, content_hash=hash)
    assert saga.state()[0] == "signed", "edition 1 binds until edition 2 does"
    saga.step("edition", MANDATES, draft["id"], "sign", saga.max, content_hash=hash)

    assert saga.of_project(MANDATES, "edition", "state") == [(1, "superseded"), (2, "signed")]
    assert saga.of_project(BASELINES, "state") == [("approved",), ("superseded",)]
    assert len(saga.of_project(DECISIONS, "id")) == 1
    project = saga.call("GET", f"/projects/v1/projects/{saga.project}").json()
    assert (project["planned_cost"], saga.bac()) == (chf("1250.00"), chf("1250.00"))


@pytest.mark.parametrize("point", POINTS)
def test_an_exception_is_decided_once_wherever_the_process_dies(
    instance: EmbeddedProcess, point: str
) -> None:
    saga = Changing(instance, "decision", point)
    saga.make(FORECASTS, project_id=saga.project, forecast_on="2026-11-02", at_completion=chf("1100.01"))
    saga.until(lambda: saga.items(EXCEPTIONS, project_id=saga.project))
    [one] = saga.items(EXCEPTIONS, project_id=saga.project)
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    path = f"{EXCEPTIONS}/{one['id']}"
    assert saga.call("PATCH", path, content='{"cause": "Dearer"}', headers=headers).status_code == 200
    assert saga.move(EXCEPTIONS, one["id"], "assess").status_code == 200
    decided = saga.step("decision", EXCEPTIONS, one["id"], "decide", saga.sara, decision="Go on")
    assert decided["state"] == "decided"
    assert saga.of_project(EXCEPTIONS, "state") == [("decided",)]
    [(origin, by)] = saga.of_project(DECISIONS, "origin", "decided_by")
    assert (origin, by) == ({"kind": "exception", "id": one["id"]}, [saga.persons[0]])

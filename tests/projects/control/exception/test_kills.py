"""The process is killed between a forecast and the exception that follows from it: started again, there is exactly one."""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from shared.http.auth.issuers import LOCAL, LocalIssuer
from tests.system.running import END_S, EmbeddedProcess, _spawn, wait_until_ready

DIES = """
import os, signal, sys
from services.projects.control import reactions
follow_forecasts = reactions.follow_forecasts

async def dies(work, project_id):
    if sys.argv[1] == "raised, not committed":
        await follow_forecasts(work, project_id)
    os.kill(os.getpid(), signal.SIGKILL)

reactions.follow_forecasts = dies
from services.cli import main
main(sys.argv[2:])
"""
CHF = {"currency": "CHF"}


@dataclass
class Killed(EmbeddedProcess):
    """The same process, which kills itself at a named point."""

    def start_to_die(self, point: str) -> None:
        log = self.data.with_suffix(".log")
        words = ["up", "--data", str(self.data), "--port", str(self.port), "--no-sample"]
        self.process = _spawn([sys.executable, "-c", DIES, point, *words], log)
        wait_until_ready(self.url, self.process, log)

    def ask(self, method: str, path: str, by: str = "dora", **more: Any) -> dict[str, Any]:
        """What is answered; what another service has not heard of yet is asked again."""
        role = "director" if by == "dora" else "manager"
        headers = {"Authorization": f"Bearer {LocalIssuer(self.data).issue(by, role, 'portolan')}"}
        deadline = monotonic() + END_S
        while True:
            answer = httpx.request(
                method, f"{self.url}{path}", headers=headers | more.pop("headers", {}), timeout=30, **more
            )
            if answer.is_success or monotonic() > deadline:
                assert answer.is_success, (path, answer.text)
                return dict(answer.json())
            sleep(0.2)

    def make(self, path: str, **members: Any) -> dict[str, Any]:
        return self.ask("POST", path, json=members)

    def sign(self, mandate: str) -> None:
        path = f"/projects/v1/mandates/{mandate}"
        self.ask("POST", f"{path}/submit", json={}, headers={"If-Match": '"1"'})
        for version, who in enumerate(("sara", "max"), start=2):
            hash = self.ask("GET", path)["content_hash"]
            match = {"If-Match": f'"{version}"'}
            self.ask("POST", f"{path}/sign", by=who, json={"content_hash": hash}, headers=match)

    def bound_project(self) -> str:
        """A project whose execution mandate is signed, for 1000.00 francs and ten per cent."""
        project = self.make("/projects/v1/projects", name="New ERP")["id"]
        signatories = []
        for name, role in (("sara", "sponsor"), ("max", "manager")):
            person = self.make("/resources/v1/persons", name=name.title())["id"]
            self.make("/resources/v1/identities", person_id=person, issuer=LOCAL, subject=name)
            of = {"project_id": project, "role_code": role, "starts_on": "2026-01-01"}
            self.make("/projects/v1/project-roles", **of, person_id=person)
            signatories.append({"person_id": person, "role": role})
        mandate = self.make(
            "/projects/v1/mandates", project_id=project, kind="execution", title="New ERP",
            budget=CHF | {"amount": "1000.00"}, tolerances={"cost_pct": 10}, signatories=signatories,
            plan=[{"milestone": "Begin", "due_on": "2027-01-04"}, {"milestone": "End", "due_on": "2027-06-30"}],
        )  # fmt: skip
        self.sign(mandate["id"])
        return str(project)

    def exceptions(self) -> list[tuple[str, str, int]]:
        items = self.ask("GET", "/projects/v1/exceptions")["items"]
        return [(one["axis"], one["state"], one["version"]) for one in items]


@pytest.mark.rule("projects.exception.1")
@pytest.mark.parametrize("point", ["forecast committed, not heard of", "raised, not committed"])
def test_one_exception_follows_a_forecast_however_the_process_ends(tmp_path: Path, point: str) -> None:
    process = Killed(tmp_path / "data")
    process.start()
    try:
        project = process.bound_project()
        process.end()
        process.start_to_die(point)
        amount = CHF | {"amount": "1100.01"}
        process.make(
            "/finance/v1/forecasts", project_id=project, forecast_on="2026-11-02", at_completion=amount
        )
        assert process.process.wait(END_S) == -signal.SIGKILL
        process.start()
        deadline = monotonic() + END_S
        while not process.exceptions() and monotonic() < deadline:
            sleep(0.1)
        assert process.exceptions() == [("cost", "raised", 1)]
        process.kill()
        process.start()
        assert process.exceptions() == [("cost", "raised", 1)]
    finally:
        process.end()

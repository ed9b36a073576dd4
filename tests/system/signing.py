"""A mandate that is signed on an instance which can be killed at a chosen point."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from shared.base.ids import new_id_text
from shared.http.auth.issuers import LOCAL
from tests.support.gate import Point, gate_to
from tests.system.running import EmbeddedProcess, token_of

WITHIN_S = 60.0
MANDATES = "/projects/v1/mandates"


class Signing:
    """A project of its own for each test, with a mandate that lacks the manager's signature."""

    def __init__(self, instance: EmbeddedProcess, kind: str = "initiation", **terms: Any) -> None:
        self.instance = instance
        self.logins = [f"{who}-{new_id_text()[-8:]}" for who in ("sara", "max")]
        self.persons = [self._person(login) for login in self.logins]
        self.project = self.make("/projects/v1/projects", name="New ERP")["id"]
        self.make_roles()
        codes = ("sponsor", "manager")
        mandate = self.make(
            MANDATES, project_id=self.project, kind=kind, title="New ERP",
            budget={"amount": "1000.00", "currency": "CHF"}, **terms,
            signatories=[{"person_id": p, "role": r} for p, r in zip(self.persons, codes, strict=True)],
        )  # fmt: skip
        self.path = f"{MANDATES}/{mandate['id']}"
        answer = self.call("POST", f"{self.path}/submit", headers={"If-Match": '"1"'}, json={})
        assert answer.status_code == 200, answer.text
        self.until(lambda: self.sign(self.logins[0]).status_code == 200)

    def call(
        self, method: str, path: str, by: str = "the-auditor", url: str = "", **rest: Any
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token_of(self.instance.data, by)}", **rest.pop("headers", {})}
        return httpx.request(method, (url or self.instance.url) + path, headers=headers, timeout=30, **rest)

    def make(self, path: str, **members: Any) -> dict[str, Any]:
        answer = self.call("POST", path, json=members)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def items(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def _person(self, login: str) -> str:
        person = str(self.make("/resources/v1/persons", name=login)["id"])
        self.make("/resources/v1/identities", person_id=person, issuer=LOCAL, subject=login)
        return person

    def make_roles(self) -> None:
        """Once the persons are known there."""
        for role, person in zip(("sponsor", "manager"), self.persons, strict=True):
            if not self.items("/projects/v1/project-roles", project_id=self.project, role_code=role):
                self.make(
                    "/projects/v1/project-roles", project_id=self.project, role_code=role, person_id=person,
                    starts_on="2026-01-01",
                )  # fmt: skip

    def sign(self, login: str, url: str = "") -> httpx.Response:
        stands = self.call("GET", self.path)
        body = {"content_hash": stands.json()["content_hash"]}
        headers = {"If-Match": stands.headers["etag"]}
        return self.call("POST", f"{self.path}/sign", login, url, json=body, headers=headers)

    def sign_last_and_die(self, *, is_behind: bool) -> None:
        point = Point("POST", "/sign", self.instance.kill, is_behind=is_behind)
        with gate_to(self.instance.url, point) as gate, pytest.raises(httpx.TransportError):
            self.sign(self.logins[1], gate.url)
        assert point.met.is_set()

    def until(self, holds: Callable[[], Any]) -> None:
        end = monotonic() + WITHIN_S
        while not holds():
            assert monotonic() < end, f"not within {WITHIN_S} s"
            sleep(0.1)

    def state(self) -> tuple[str, str]:
        """Of the mandate, and of its project."""
        project = self.call("GET", f"/projects/v1/projects/{self.project}").json()
        return self.call("GET", self.path).json()["state"], project["stage"]

    def is_open(self) -> bool:
        of = {"project_id": self.project}
        opened = [self.items(path, **of) for path in ("/finance/v1/budgets", "/risk/v1/registers")]
        return all(len(rows) == 1 and rows[0]["open"] for rows in opened)

    def refuse_doubles(self) -> None:
        """Each fact of the saga once."""
        activity = self.items("/reporting/v1/activity", project_id=self.project, limit="200")
        facts = [(one["type"].split(".")[-3], one["type"].split(".")[-2]) for one in activity]
        for fact in (
            ("mandate", "signed"),
            ("project", "initiated"),
            ("budget", "opened"),
            ("register", "opened"),
        ):
            assert facts.count(fact) == 1, (fact, facts)

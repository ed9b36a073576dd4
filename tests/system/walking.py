"""Every operation of every service, and one resource of each collection to try it on."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

import httpx

from services.embedded import SERVICES
from shared.base.settings import Settings
from shared.contracts.language import CATALOGUE, entry_of
from shared.contracts.members import names
from shared.domain.register import Register
from shared.http.operation import Operation
from shared.http.running import KernelRoute
from shared.runtime.app import create_app
from tests.conftest import Portolan, running_portolan

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
NAME = "Sample"
CRITERIA = [{"name": NAME, "weight": 1}]
SUBMITTED = {"document": {"ref": "https://example.org/sample"}}
EXTRA: dict[str, dict[str, Any]] = {
    "projects": {"stage": "approved"},
    "budget-lines": {"nature": "capex"},
    "assessments": {"rating": 3},
    "cost-estimates": {"lines": [{"name": NAME, "likely": {"amount": "100.00", "currency": "CHF"}}]},
    "envelopes": {"fiscal_year": 2026},
    "project-roles": {"role_code": "architect"},
    "acceptances": {
        "kind": "preliminary",
        "verdict": "accepted_with_reservations",
        "reservations": [{"text": NAME, "class": "minor", "due_on": "2026-06-30"}],
    },
    "exceptions": {"axis": "risk", "cause": NAME, "tolerance": {"score": 8}, "forecast": {"score": 9}},
    "scoring-models": {"criteria": CRITERIA},
    "memberships": {"principal": {"service_account": "walker"}},
}
"""Members that no schema requires and a rule does; a project is named wherever one can be."""


@dataclass
class Walked:
    """One operation as the walk meets it: `url` names a resource that is there, or one that cannot be."""

    service: str
    id: str
    path: str
    operation: Operation
    urls: dict[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        return self.operation.method

    @property
    def collection(self) -> str:
        """`/projects/v1/work-packages`, whatever follows."""
        return "/".join(self.path.split("/")[:4])

    def url(self, id: str | None = None) -> str:
        """The path with its parameters filled in."""
        filled = self.path.replace("{id}", id or self.urls.get(self.collection, UNKNOWN))
        return re.sub(r"\{[^}]+\}", "x", filled)

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def operations() -> list[Walked]:
    """What the interface has; the pages, which are for people, have tests of their own."""
    walked = []
    for service in SERVICES:
        for route in create_app(service).router.routes:
            assert isinstance(route, KernelRoute), f"{route} is not run by the kernel"
            if not route.path.startswith(f"/{service.name}/"):
                continue
            walked.append(Walked(service.name, str(route.operation_id), route.path, route.operation))
    return walked


class Everything:
    """A running Portolan with a resource in every collection that can be written."""

    def __init__(
        self, portolan: Portolan, resources: Mapping[str, dict[str, Any]] = MappingProxyType({})
    ) -> None:
        self.portolan = portolan
        self.resources = dict(resources)
        self.operations = operations()
        self._model = ""
        """An active scoring model."""

    async def _scored(self) -> dict[str, Any]:
        """An active model, and who scores the project by it. Names are those of all that is made."""
        client, models = self.client(), "/projects/v1/scoring-models"
        model = (await client.post(models, json={"name": NAME, "criteria": CRITERIA})).json()
        where = f"{models}/{model['id']}/activate"
        assert (await client.post(where, json={}, headers={"If-Match": '"1"'})).status_code == 200
        person = (await client.post("/resources/v1/persons", json={"name": NAME})).json()["id"]
        await self.portolan.settled()
        self._model = model["id"]
        return {
            "model_id": self._model,
            "subject": "project",
            "subject_id": self._one_of("projects"),
            "assessor_id": person,
            "scores": [{"criterion": NAME, "value": 3}],
        }

    async def _linked(self) -> dict[str, Any]:
        """Two activities, of which one waits for the other."""
        body = {"project_id": self._one_of("projects"), "name": NAME}
        after = (await self.client().post("/projects/v1/activities", json=body)).json()["id"]
        return {"from_id": self.resources["/projects/v1/activities"]["id"], "to_id": after}

    async def _arranged(self, collection: str) -> dict[str, Any]:
        """Members that name what has to stand in a certain state."""
        match collection:
            case "scorings":
                return await self._scored()
            case "rankings":
                return {"model_id": self._model}
            case "dependencies":
                return await self._linked()
            case "acceptances":
                return await self._handed_over()
        return {}

    async def _handed_over(self) -> dict[str, Any]:
        """A deliverable in review, of a project that delivers: nothing is accepted before one is active."""
        submitter, deliverables = self.client("manager"), "/projects/v1/deliverables"
        members = {"name": NAME, "stage": "active", "code": "CHF-2"}
        project = (await self.client().post("/projects/v1/projects", json=members)).json()["id"]
        members = {"name": NAME, "project_id": project}
        one = (await submitter.post(deliverables, json=members)).json()["id"]
        for verb, body in (("submit", SUBMITTED), ("review", {})):
            where = f"{deliverables}/{one}/{verb}"
            moved = await submitter.post(where, json=body, headers={"If-Match": "*"})
            assert moved.status_code == 200, moved.text
        return {"project_id": project, "deliverable_id": one}

    async def make(self, register: Register[Any]) -> None:
        """A resource with no more than its schema requires."""
        entry = entry_of(register.shape)
        self._service = entry.service
        body = self._minimal(register.create.model_json_schema())
        body |= EXTRA.get(entry.collection, {}) | await self._arranged(entry.collection)
        collection = f"/{entry.service}/v1/{entry.collection}"
        answer = await self.client().post(collection, json=body, headers={"Idempotency-Key": "made"})
        assert answer.status_code == 201, f"{collection}: {body} {answer.text}"
        self.resources[collection] = answer.json()
        await self.portolan.settled()

    async def ask(self) -> None:
        """An approval: only the circulation of a paper makes one."""
        client, papers, approvals = (
            self.client("director"),
            "/projects/v1/decision-papers",
            "/projects/v1/approvals",
        )
        members: dict[str, Any] = {
            "title": NAME,
            "question": NAME,
            "options": [{"name": "Yes"}, {"name": "No"}],
        }
        members |= {"recommendation": "Yes", "approvers": {"need": 1, "of": [self._one_of("persons")]}}
        paper = (await client.post(papers, json=members)).json()["id"]
        answer = await client.post(f"{papers}/{paper}/circulate", json={}, headers={"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text
        [self.resources[approvals]] = (await client.get(approvals)).json()["items"]

    def body(self, walked: Walked) -> dict[str, Any] | None:
        """The least that the operation takes: nothing, or what its schema requires."""
        if walked.operation.body is None:
            return None
        self._service = walked.service
        return self._minimal(walked.operation.body.model_json_schema(), also_project=False)

    def _minimal(self, schema: dict[str, Any], also_project: bool = True) -> dict[str, Any]:
        self._defs = schema.get("$defs", {})
        members = schema.get("properties", {})
        required = {*schema.get("required", ()), *(("project_id",) if also_project else ())}
        needed = [name for name in members if name in required]
        return {name: self._value(name, members[name]) for name in needed}

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        """A value that the schema takes; a member that names something gets one of what was made."""
        schema = self._resolved(schema)
        if name == "subject" and schema.get("type") == "object":
            return self._subject(self._resolved(schema["properties"]["kind"])["enum"])
        if name.endswith("_id"):
            return self._one_of(f"{name.removesuffix('_id').replace('_', '-')}s")
        for key in ("const", "enum", "examples", "default"):
            if key in schema:
                return schema[key][0] if isinstance(schema[key], list) else schema[key]
        match schema.get("type"):
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return False
            case "array":
                return [self._value(name, schema["items"])] * schema.get("minItems", 0)
            case "object":
                return {n: self._value(n, schema["properties"][n]) for n in schema.get("required", ())}
            case _:
                return NAME

    def _subject(self, kinds: list[str]) -> dict[str, str]:
        """What a document or a comment is about: the first of these kinds of which one was made."""
        for entry in CATALOGUE.values():
            one = self.resources.get(f"/{entry.service}/v1/{entry.collection}")
            if entry.service == self._service and entry.name in kinds and one is not None:
                return {"kind": entry.name, "id": str(one["id"])}
        return {"kind": kinds[0], "id": UNKNOWN}

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Without a reference, and of several kinds the first that is not null."""
        if "$ref" in schema:
            return self._resolved(self._defs[schema["$ref"].rsplit("/", 1)[-1]])
        for kind in schema.get("anyOf", ()):
            if kind.get("type") != "null":
                return self._resolved(kind)
        return schema

    def _one_of(self, noun: str) -> str:
        """What was made of the collection; what names none of them (an approver, say) names a person."""
        for wanted in ("portfolios" if noun == "scopes" else noun, "persons"):
            for collection, one in self.resources.items():
                if collection.endswith(f"/{wanted}"):
                    return str(one["id"])
        return UNKNOWN

    def client(self, role: str = "service") -> httpx.AsyncClient:
        return self.portolan(role)

    def walk(self, *methods: str) -> list[Walked]:
        urls = {collection: one["id"] for collection, one in self.resources.items()}
        for walked in self.operations:
            walked.urls = urls
        return [w for w in self.operations if not methods or w.method in methods]


def _place(register: Register[Any]) -> tuple[bool, int, int]:
    """By service, its own or the last of which it needs something: what lies in a project or is about one behind projects, and
    behind that what is attached to others. Memberships name what is there by then."""
    entry, order = entry_of(register.shape), [service.name for service in SERVICES]
    needs_more = {"project_id", "subject_id", "model_id"} & register.create.model_fields.keys()
    within = 2 if entry.is_attached else int(bool(needs_more))
    services = {entry.service, *_services_of_required(register)}
    return register.name == "membership", max(map(order.index, services)), within


def _services_of_required(register: Register[Any]) -> set[str]:
    """Where the aggregates are that a new one has to name."""
    homes = {entry.name: entry.service for entry in CATALOGUE.values()}
    required = [member for member in register.create.model_fields.values() if member.is_required()]
    return {
        homes[mark.aggregate]
        for member in required
        for mark in member.metadata
        if isinstance(mark, names) and mark.aggregate in homes
    }


@asynccontextmanager
async def running_everything(settings: Settings) -> AsyncIterator[Everything]:
    """A Portolan of its own, with a resource of every collection."""
    async with running_portolan(settings) as portolan:
        system = Everything(portolan)
        registers = [register for service in SERVICES for register in service.registers]
        registers.sort(key=_place)
        for register in registers:
            if register.create.model_fields:
                await system.make(register)
        await system.ask()
        yield system

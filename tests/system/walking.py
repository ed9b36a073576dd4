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
from shared.contracts.language import entry_of
from shared.domain.register import Register
from shared.http.operation import Operation
from shared.http.routes import KernelRoute
from shared.runtime.app import create_app
from tests.conftest import Portolan, running_portolan

UNKNOWN = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
ALSO: dict[str, dict[str, str]] = {"projects": {"stage": "approved"}, "budget-lines": {"nature": "capex"}}
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
    found = []
    for service in SERVICES:
        for route in create_app(service).router.routes:
            assert isinstance(route, KernelRoute), f"{route} is not run by the kernel"
            if not route.path.startswith(f"/{service.name}/"):
                continue
            found.append(Walked(service.name, str(route.operation_id), route.path, route.operation))
    return found


class Everything:
    """A running Portolan with a resource in every collection that can be written."""

    def __init__(self, portolan: Portolan, made: Mapping[str, dict[str, Any]] = MappingProxyType({})) -> None:
        self.portolan = portolan
        self.made = dict(made)
        self.operations = operations()

    async def make(self, register: Register[Any]) -> None:
        """A resource with no more than its schema requires."""
        entry = entry_of(register.shape)
        body = self._minimal(register.create.model_json_schema())
        body |= ALSO.get(entry.collection, {})
        collection = f"/{entry.service}/v1/{entry.collection}"
        made = await self.client().post(collection, json=body, headers={"Idempotency-Key": "made"})
        assert made.status_code == 201, f"{collection}: {body} {made.text}"
        self.made[collection] = made.json()
        await self.portolan.settled()

    def _minimal(self, schema: dict[str, Any]) -> dict[str, Any]:
        self._defs = schema.get("$defs", {})
        members = schema["properties"]
        needed = [name for name in members if name in schema.get("required", []) or name == "project_id"]
        return {name: self._value(name, members[name]) for name in needed}

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            schema = self._defs[schema["$ref"].rsplit("/", 1)[-1]]
        if name.endswith("_id"):
            return self._one_of(f"{name.removesuffix('_id')}s")
        for key in ("enum", "examples"):
            if key in schema:
                return schema[key][0]
        if schema["type"] == "integer":
            return schema.get("minimum", 1)
        return "Sample"

    def _one_of(self, noun: str) -> str:
        return next(
            str(one["id"]) for collection, one in self.made.items() if collection.endswith(f"/{noun}")
        )

    def client(self, role: str = "service") -> httpx.AsyncClient:
        return self.portolan(role)

    def walk(self, *methods: str) -> list[Walked]:
        urls = {collection: one["id"] for collection, one in self.made.items()}
        for walked in self.operations:
            walked.urls = urls
        return [w for w in self.operations if not methods or w.method in methods]


@asynccontextmanager
async def running_everything(settings: Settings) -> AsyncIterator[Everything]:
    """A Portolan of its own, with a resource of every collection."""
    async with running_portolan(settings) as portolan:
        made = Everything(portolan)
        for service in SERVICES:
            for register in service.registers:
                if register.create.model_fields:
                    await made.make(register)
        yield made

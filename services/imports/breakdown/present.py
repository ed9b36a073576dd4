"""What Portolan has of an import already: projects and packages by their external keys, and the codes of the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.imports.server import Server
from shared.contracts.forms import entry_at, model_of

PORTFOLIOS = "projects/v1/portfolios"
PROJECTS = "projects/v1/projects"
PACKAGES = "projects/v1/work-packages"
PERSONS = "resources/v1/persons"
ALLOCATIONS = "resources/v1/allocations"

State = dict[str, Any]
"""A record as a list shows it."""


@dataclass
class Present:
    """Records of the source by their keys; of each project that is brought in, all packages."""

    projects: dict[str, State] = field(default_factory=dict)
    packages: dict[str, State] = field(default_factory=dict)
    bookings: dict[str, State] = field(default_factory=dict)
    others: dict[str, list[State]] = field(default_factory=dict)
    """Project key -> packages in it that are not of this source."""


async def present(server: Server, source: str, keys: Iterable[str]) -> Present:
    """What is there of the projects with these keys."""
    there = Present()
    of_source = [("external_ref.source", source)]
    async for page in server.pages(f"/{PROJECTS}", of_source):
        there.projects |= {project["external_ref"]["id"]: project for project in page}
    await read_packages(server, source, [key for key in keys if key in there.projects], there)
    async for page in server.pages(f"/{ALLOCATIONS}", of_source):
        there.bookings |= {booking["external_ref"]["id"]: booking for booking in page}
    return there


async def read_packages(server: Server, source: str, keys: Iterable[str], there: Present) -> None:
    """All packages of the projects with these keys, again: of many projects at once."""
    key_by_id = {there.projects[key]["id"]: key for key in keys}
    there.others |= {key: [] for key in key_by_id.values()}
    async for page in server.those_with(f"/{PACKAGES}", "project_id", list(key_by_id)):
        for package in page:
            ref = package.get("external_ref")
            if ref and ref["source"] == source:
                there.packages[ref["id"]] = package
            else:
                there.others[key_by_id[package["project_id"]]].append(package)


def laid_over(collection: str, standing: State | None, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the members of what stands that it does not name: a put says everything, a file does not."""
    if standing is None:
        return body
    service, _, name = collection.split("/")
    entry = entry_at(service, name)
    assert entry is not None
    model = model_of(entry)
    in_requests = set(model.creates) - {"external_ref"} - set(model.supplied)
    kept_members = {m: standing[m] for m in sorted(in_requests) if standing.get(m) is not None}
    return {**kept_members, **body}

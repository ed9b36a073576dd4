"""What the id of a member names: in which collections it is looked up, and what tells one there from the others."""

from functools import cache
from typing import Final

from shared.contracts.forms import Entry, Field, by_kind, model_of

PROJECT: Final = "project_id"
REVERSES: Final = "reverses_id"
"""The member by which a booking names the one that it takes back."""
DOCUMENT: Final = "document"
"""The member by which people name a booking."""
UNIQUE = ("code", "wbs")
"""Those of `CODES` that no two have: in the instance, or in the project."""
MAKEABLE = ("portfolio", "programme", "vendor", "org_unit", "role", "person")
"""Kinds of which a name is enough to make one, parents first."""
CODES = ("code", "wbs", "number")
"""Members that are short names, by which people and files name one."""


def entries_named(field: Field, service: str) -> tuple[Entry, ...]:
    """The collections of the kinds that a member of an aggregate of this service may name."""
    kinds = by_kind(service)
    return tuple(kinds[name] for name in field.names if name in kinds)


def is_within_project(field: Field, service: str) -> bool:
    """Whether what the member names is known by its code within a project only: packages by their number."""
    return field.name != PROJECT and _has_projects(field.names, service)


@cache
def _has_projects(names: tuple[str, ...], service: str) -> bool:
    kinds = by_kind(service)
    if len(names) != 1 or names[0] not in kinds:
        return False
    project = model_of(kinds[names[0]]).by_name.get(PROJECT)
    return project is not None and project.required

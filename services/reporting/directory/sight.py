"""The rows of the directory that a caller sees, as a condition: each kind by what its own service shows them."""

from collections.abc import Collection
from typing import Any, Literal

from services.reporting.directory.kinds import DirectoryKind, kinds
from services.reporting.directory.projection import SCOPES
from shared.domain.access.conditions import visible
from shared.domain.access.rights import Rights, Sight

Condition = tuple[str, list[Any]]
"""SQL and its parameters."""
Verb = Literal["read", "contribute", "write", "decide"]

COLUMNS = ("d.scope", *(f"d.scope_{number}" for number in range(2, SCOPES + 1)))
EVERYTHING: Condition = ("1 = 1", [])
NOTHING: Condition = ("1 = 0", [])


def visible_rows(
    rights: Rights, dialect: str, verb: Verb = "read", among: Collection[str] | None = None
) -> Condition:
    """The rows of `directory d` that the caller may read, or decide of; `among` some kinds, else all."""
    by_sight: dict[tuple[Any, Any], tuple[Sight, list[str]]] = {}
    for key, kind in kinds().items():
        if (among is None or key in among) and _is_offered(kind, rights, verb):
            sight = sight_in(rights, kind.entry.service, verb)
            by_sight.setdefault((sight.hidden, sight.only), (sight, []))[1].append(key)
    conditions = [_of_kinds(sight, keys, dialect) for sight, keys in by_sight.values()]
    if not conditions:
        return NOTHING
    text = " OR ".join(f"({one})" for one, _ in conditions)
    return f"({text})", [param for _, params in conditions for param in params]


def _is_offered(kind: DirectoryKind, rights: Rights, verb: Verb) -> bool:
    needs = kind.needs | {f"{kind.entry.service}.{verb}"}
    return rights.offered >= needs


def _of_kinds(sight: Sight, keys: list[str], dialect: str) -> Condition:
    params: list[Any] = []
    condition, own = visible(sight, COLUMNS, dialect) or EVERYTHING
    if len(keys) < len(kinds()):
        condition = f"d.kind IN ({', '.join('?' * len(keys))}) AND {condition}"
        params += keys
    return condition, [*params, *own]


def sight_in(rights: Rights, service: str, verb: Verb) -> Sight:
    """Which nodes the caller sees of a service, or decides in."""
    own = rights if service == rights.service else _in_service(rights, service)
    return own.sight if verb == "read" else own.sight_with(verb)


def _in_service(rights: Rights, service: str) -> Rights:
    return Rights(service, rights.scopes, rights.reaches, rights.confidential)

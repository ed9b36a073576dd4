"""How an aggregate and its facts are declared, and what a declaration may not say."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Literal, TypeVar

from shared.base.english import with_article
from shared.contracts.language.aggregate_types import (
    CATALOGUE,
    CLASSES,
    EVENT_TYPES,
    AggregateType,
    Visibility,
)
from shared.contracts.language.editions import SUPERSEDED, Edition, Superseded
from shared.contracts.language.shapes import Aggregate, Erasable, Fact

A = TypeVar("A", bound=Aggregate)
F = TypeVar("F", bound=Fact)

PLAIN_FACTS = ("created", "revised", "archived", "restored", "migrated")
"""The facts that need no details of their own, declared for every aggregate."""


COLLECTION = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FACT = re.compile(r"[a-z]+(_[a-z]+)*")

SCOPES = ("project_id", "programme_id", "portfolio_id", "unit_id", "person_id")
"""The members that say in what an aggregate lies, the narrowest first."""


def aggregate(
    service: str,
    collection: str,
    key: str = "id",
    visibility: Visibility = "open",
    *,
    name: str = "",
    scope: tuple[str, ...] | None = None,
    read_only: bool = False,
    needs: Literal["write", "decide", "contribute"] = "write",
    attached: bool = False,
    editions: StrEnum | None = None,
    frozen: str = "",
    history: bool = True,
) -> Callable[[type[A]], type[A]]:
    """Enter a shape into the catalogue. TypeError where its names are taken or a declaration makes no sense.

    `name` is the snake-case name of the class where none is given. `needs` is the verb that writing one needs. `scope`
    names the members that say in what the aggregate lies: the key's project, else all of SCOPES that it has; `("id",)`
    for what others lie in. What is `attached` lies where its `subject` does. `editions` is the state in which an edition
    binds; the shape is then an `Edition`. `frozen` names the member that holds the hash of frozen content. `history`: whether reporting keeps every version, or
    only the newest.
    """

    def declare(shape: type[A]) -> type[A]:
        type_name = name or _snake(shape.__name__)
        lies_in = scope
        if lies_in is None:
            lies_in = ("project_id",) if _is_of_one_project(shape, key) else _scopes(shape)
        entry = AggregateType(
            service,
            type_name,
            collection,
            shape,
            key,
            visibility,
            read_only,
            needs,
            lies_in,
            is_attached=attached,
            editions=editions or "",
            frozen=frozen,
            has_history=history,
        )
        _refuse_second(entry)
        _check_declaration(entry)
        CATALOGUE[shape] = entry
        if issubclass(shape, Erasable):
            shape.PERSONAL = {"external_ref": None, "custom": {}} | entry.members.personal
        for plain_name in PLAIN_FACTS:
            documentation = f"{with_article(entry.noun).capitalize()} was {plain_name}."
            plain = type(shape.__name__ + plain_name.capitalize(), (Fact,), {"__doc__": documentation})
            fact(shape, plain_name)(plain)
        if editions is not None:
            superseded = type(f"{shape.__name__}Superseded", (Superseded,), {"__doc__": Superseded.__doc__})
            fact(shape, SUPERSEDED)(superseded)
        return shape

    return declare


def _scopes(shape: type[Aggregate]) -> tuple[str, ...]:
    return tuple(member for member in SCOPES if member in shape.model_fields)


def _is_of_one_project(shape: type[Aggregate], key: str) -> bool:
    return key == "project_id" and key in shape.model_fields and shape.model_fields[key].is_required()


def _refuse_second(entry: AggregateType) -> None:
    """No two aggregates have the same topic and type, the same path, or the same component of a document."""
    for other in CATALOGUE.values():
        if other.service == entry.service and entry.name == other.name:
            raise TypeError(f"{entry.service} has an aggregate {entry.name} already")
        if other.service == entry.service and entry.collection == other.collection:
            raise TypeError(f"{entry.service} has a collection {entry.collection} already")
        if other.shape.__name__ == entry.shape.__name__:
            raise TypeError(f"a component {entry.shape.__name__} is there already, of {other.service}")


def _check_declaration(entry: AggregateType) -> None:
    shape = entry.shape
    if entry.visibility not in CLASSES:
        raise TypeError(f"{shape.__name__}: the class {entry.visibility!r} is none of {', '.join(CLASSES)}")
    if not COLLECTION.fullmatch(entry.collection):
        raise TypeError(f"{shape.__name__}: a collection is a plural in small letters, as in its address")
    if own := {*vars(shape).get("__annotations__", ())} & {*Erasable.model_fields}:
        raise TypeError(
            f"{shape.__name__} declares {', '.join(sorted(own))}, which the base declares already"
        )
    if entry.tells_of_people and not issubclass(shape, Erasable):
        raise TypeError(f"{shape.__name__} is of the class {entry.visibility}: subclass Erasable")
    for member in (entry.key, *entry.scope, *((entry.frozen,) if entry.frozen else ())):
        if member not in shape.model_fields:
            raise TypeError(f"{shape.__name__} has no member {member}")
    if bool(entry.editions) != issubclass(shape, Edition):
        raise TypeError(f"{shape.__name__}: an Edition says by `editions` in which state it binds")
    if entry.members.personal and not (entry.tells_of_people and issubclass(shape, Erasable)):
        raise TypeError(f"{shape.__name__} has personal members, and is not erased")


def fact(of: type[Aggregate], name: str) -> Callable[[type[F]], type[F]]:
    def declare(details: type[F]) -> type[F]:
        if not FACT.fullmatch(name):
            raise TypeError(f"{details.__name__}: a fact is named by a past participle in small letters")
        details.name, details.of = name, of
        entry = CATALOGUE[of]
        if name in entry.facts:
            raise TypeError(f"{details.__name__}: a {entry.name} has a fact {name} already")
        if details.erases and not (entry.tells_of_people and issubclass(of, Erasable)):
            raise TypeError(f"{details.__name__} erases events that are kept for ever on {entry.topic}")
        entry.facts[name] = details
        EVENT_TYPES[entry.event_type(name)] = (entry, details)
        return details

    return declare


def plain(of: type[Aggregate], name: str) -> Fact:
    """The fact `name` of an aggregate, where it has no details: `plain(Project, "revised")`."""
    return CATALOGUE[of].facts[name]()


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()

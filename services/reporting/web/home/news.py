"""What has changed since the reader was here, by aggregate: who did what, and the values before and now.

The newest facts that the reader sees are read along an index, and never more than some: so it costs the same in an instance
of any size.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.reporting.directory.kinds import DirectoryKind, kinds
from services.reporting.directory.projection import kind_of
from services.reporting.directory.sight import EVERYTHING, sight_in
from services.reporting.web.home.reader import Reader, excerpt
from services.reporting.web.names import persons_of
from services.reporting.web.registers.naming import page_of
from services.reporting.web.registers.values import Name, Names, Shown, ids_in
from shared.base.clock import from_micros, to_micros
from shared.contracts.forms import Field, model_of
from shared.domain.access.conditions import visible
from shared.store import Store

FACTS = 200
"""So many of the newest facts are read."""
AT_FIRST = 15
"""So many aggregates are shown at first."""
MEMBERS = 6
"""So many changed members of each."""
SHORT = ("money", "day", "choice", "integer", "number", "yes_no", "reference", "line", "instant", "currency")
"""The kinds of members whose values stand in a line."""
DERIVED = ("finance.performance", "finance.budget", "risk.register")
"""Kinds whose facts follow from others that are shown themselves."""

COLUMNS = "h.aggregate_id, h.version, h.type, h.actor, h.recorded_at, h.state"


@dataclass(frozen=True)
class Change:
    """A member that has another value now."""

    label: str
    before: Shown
    after: Shown


@dataclass
class Happened:
    """What was done by one person in a row."""

    label: str
    who: str
    """The subject of the token."""
    person: Name | None
    """Whose login that is."""
    at: datetime
    times: int = 1


@dataclass
class Changed:
    """One aggregate that has changed."""

    id: str
    kind: str
    """What it is, in the language of the page."""
    title: str
    address: str
    at: datetime
    within: Name | None
    is_new: bool
    """Whether it was not there before."""
    facts: list[Happened] = field(default_factory=list)
    """The newest first."""
    changes: Sequence[Change] = ()


@dataclass(frozen=True)
class News:
    """All of it: what is shown, and how much more there is."""

    items: Sequence[Changed]
    more: int
    """So many aggregates more have changed, as far as was read."""
    is_cut: bool
    """Whether more facts stand behind those that were read."""


@dataclass(frozen=True)
class Fact:
    """One version, as it is kept."""

    id: str
    version: int
    kind: DirectoryKind
    fact: str
    who: str
    at: int
    state: Mapping[str, Any]


async def news(reader: Reader, most: int = AT_FIRST) -> News:
    """What has changed, what changed last first."""
    rows = await _newest(reader)
    facts = [fact for fact in map(_fact, rows) if fact is not None and _shows(reader, fact)]
    by_id: dict[str, list[Fact]] = {}
    for fact in facts:
        by_id.setdefault(fact.id, []).append(fact)
    some = dict(list(by_id.items())[:most])
    before = await _before(reader.call.kernel.store, some, to_micros(reader.since))
    ids: set[str] = set()
    for id, own in some.items():
        for state in (own[0].state, before.get(id, {})):
            ids.update(*ids_in(_members(own[0].kind), state).values())
        ids.update(_nodes(own[0]))
    await reader.know(ids)
    reader.shower.names = reader.names
    persons = await persons_of(reader.call, (fact.who for own in some.values() for fact in own))
    items = [_changed(reader, own, before.get(id), persons) for id, own in some.items()]
    return News(items, len(by_id) - len(some), len(rows) == FACTS)


async def _newest(reader: Reader) -> list[tuple[Any, ...]]:
    """The newest versions since then of what lies where the reader sees it."""
    store, sight = reader.call.kernel.store, reader.call.sight
    condition, params = visible(sight, ("h.scope",), store.dialect) or EVERYTHING
    derived = ", ".join("?" * len(DERIVED))
    order = "+h.recorded_at" if store.dialect == "sqlite" and sight.only is not None else "h.recorded_at"
    text = (
        f"SELECT {COLUMNS} FROM history h WHERE h.recorded_at > ? AND h.aggregate_type NOT IN ({derived}) AND {condition}"
        f" ORDER BY {order} DESC, h.aggregate_id DESC, h.version DESC LIMIT {FACTS}"
    )
    kinds_left_out = [kind.partition(".")[2] for kind in DERIVED]
    return await store.fetch(text, (to_micros(reader.since), *kinds_left_out, *params))


def _fact(row: Sequence[Any]) -> Fact | None:
    id, version, event_type, actor, at, state = row
    kind = kinds().get(kind_of(event_type))
    return (
        None
        if kind is None
        else Fact(id, version, kind, event_type.split(".")[-2], actor, at, json.loads(state))
    )


def _shows(reader: Reader, fact: Fact) -> bool:
    """Whether the reader may read it where it belongs: all nodes that it names count."""
    rights = reader.call.rights
    if not rights.offered >= fact.kind.needs:
        return False
    return sight_in(rights, fact.kind.entry.service, "read").shows(_nodes(fact))


def _nodes(fact: Fact) -> list[str]:
    return [fact.state[member] for member in fact.kind.entry.scope if fact.state.get(member)]


async def _before(
    store: Store, ids: Sequence[str] | Mapping[str, Any], since: int
) -> dict[str, Mapping[str, Any]]:
    """The aggregates as they stood then; without those that were not there."""
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    rows = await store.fetch(
        "SELECT h.aggregate_id, h.state FROM history h JOIN (SELECT aggregate_id, MAX(version) AS version FROM history"
        f" WHERE aggregate_id IN ({marks}) AND recorded_at <= ? GROUP BY aggregate_id) last"
        " ON last.aggregate_id = h.aggregate_id AND last.version = h.version",
        (*ids, since),
    )
    return {row[0]: json.loads(row[1]) for row in rows}


def _members(kind: DirectoryKind) -> list[Field]:
    return [member for member in model_of(kind.register).members if member.kind in SHORT]


def _title(reader: Reader, fact: Fact) -> str:
    """What it is called; a comment has no name, and is known by what it says."""
    text = fact.state.get("text") if fact.kind.register.name == "comment" else None
    return excerpt(text) if text else reader.shower.title(fact.kind.register, fact.state)


def _changed(
    reader: Reader, facts: Sequence[Fact], before: Mapping[str, Any] | None, persons: Names
) -> Changed:
    newest = facts[0]
    register = newest.kind.register
    names = (reader.name_of(node) for node in _nodes(newest) if node != newest.id)
    one = Changed(
        newest.id, reader.naming.one(register), _title(reader, newest),
        page_of(register.key, newest.id), from_micros(newest.at), next((name for name in names if name), None),
        before is None,
    )  # fmt: skip
    for fact in facts:
        label = reader.naming.fact(register, fact.fact)
        if one.facts and (one.facts[-1].label, one.facts[-1].who) == (label, fact.who):
            one.facts[-1].times += 1
        else:
            one.facts.append(Happened(label, fact.who, persons.get(fact.who), from_micros(fact.at)))
    if before is not None:
        one.changes = [
            Change(
                reader.naming.member(register, member.name),
                reader.shower.show(register, member, before.get(member.name)),
                reader.shower.show(register, member, newest.state.get(member.name)),
            )
            for member in _members(newest.kind)
            if before.get(member.name) != newest.state.get(member.name)
        ][:MEMBERS]
    return one

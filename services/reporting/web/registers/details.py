"""One aggregate: its members, what names it, what may be done with it, and its history."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.names import persons_of
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.files import file_lists, table_of
from services.reporting.web.registers.lists import link
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.own_fields import OwnFields, own_fields
from services.reporting.web.registers.values import (
    Name,
    Shower,
    Shown,
    ids_in,
    merge,
    names_of,
)
from shared.contracts.forms import Entry, Field, FormModel, Move, by_kind, index, model_of
from shared.contracts.forms.own import CUSTOM

COUNTED = 24
"""So many collections are counted; of others there is a link."""
NEWEST = 5
OWN_DECISION = "own_decision"
"""The detail of a fact that says why somebody decided what they had made; it is a code."""
PER_PAGE = 25

State = Mapping[str, Any]
Panels = Callable[[bool], Awaitable[Mapping[str, Any]]]
"""Reads what is attached to an aggregate, given whether that takes anything new."""


@dataclass(frozen=True)
class Related:
    """What names the aggregate by one member: how many, and where they are."""

    entry: Entry
    label: str
    address: str
    count: int | None
    new: str
    """Where one more is made; nothing where the reader may not."""


@dataclass(frozen=True)
class Step:
    """One version in a history."""

    version: int
    label: str
    at: str
    who: str
    """The subject of the token."""
    person: Name | None
    """Whose login that is."""
    changed: Sequence[str]
    details: Sequence[tuple[str, Shown]]


@dataclass
class DetailReader:
    """Reads one aggregate for one page. `offered` are the scopes that its reader has somewhere."""

    api: Api
    shower: Shower
    offered: frozenset[str]
    entry: Entry
    id: str
    latest: State | None = None
    """The state that was read last."""
    _own: OwnFields | None = None

    async def own(self) -> OwnFields:
        """The organisation's own fields of this kind; their labels are known from then on."""
        if self._own is None:
            self._own = await own_fields(self.api, self.entry, self.shower.words.language)
            self.shower.own = self._own.labels or {}
        return self._own

    @property
    def path(self) -> str:
        return f"{self.entry.path}/{self.id}"

    @property
    def model(self) -> FormModel:
        return model_of(self.entry)

    async def state(self) -> State:
        """The aggregate as it stands, with the moves that it allows."""
        state: State = await self.api.get(
            self.path, [("expand", "allowed_moves")] if self.model.state else []
        )
        self.latest = state
        return state

    async def contents(self, panels: Panels) -> dict[str, Any]:
        """What the page shows, with its `panels`."""
        state = await self.state()
        files = file_lists(self.model)
        fields = [f for f in self.model.members if f not in files]
        is_open = state.get("archived_at") is None and state.get("erased_at") is None
        related, (steps, _), own, attached = await asyncio.gather(
            self._related(), self.history(NEWEST), self.own(), panels(is_open)
        )
        await self.know(ids_in((*self.model.members, *own.part_to_show), state))
        members = [(f, self.label(f), self.shower.show(self.entry, f, state.get(f.name))) for f in fields]
        return {
            "state": state,
            "title": self.shower.title(self.entry, state),
            "lines": [
                (f, label, value)
                for f, label, value in members
                if f.kind not in ("prose", "part", "rows", "map")
            ],
            "blocks": [
                (f, label, value) for f, label, value in members if f.kind in ("prose", "part", "rows", "map")
            ],
            "own_lines": self._own_lines(own, state.get(CUSTOM, {})),
            "moves": self.moves(state),
            "is_archived": state.get("archived_at") is not None,
            "is_erased": state.get("erased_at") is not None,
            "may_write": self.may_write,
            "is_bound": self._is_bound(state),
            "binds": self._binds(state),
            "takes_edition": self.may_write and self._binds(state) and not await self._next_edition(),
            "related": [one for one in related if one.count != 0],
            "unrelated": [one for one in related if one.count == 0 and one.new],
            "steps": steps,
            "files": [table_of(self.shower, self.model, of, state) for of in files],
            "panels": attached,
        }

    @property
    def may_write(self) -> bool:
        return bool(self.entry.writes) and self.offered.issuperset(self.entry.writes)

    def _binds(self, state: State) -> bool:
        """Whether it is what binds now."""
        editions = self.model.editions
        return editions is not None and state[self.model.state] == editions.binding

    def _is_bound(self, state: State) -> bool:
        """Whether it binds or has bound, so that it is not edited any more."""
        editions = self.model.editions
        return editions is not None and state[self.model.state] in editions.bound

    async def _next_edition(self) -> bool:
        """Whether a next edition is open already."""
        editions = self.model.editions
        assert editions is not None
        page = await self.api.get(self.entry.path, [("supersedes_id", self.id)])
        return any(one[self.model.state] not in editions.given_up for one in page["items"])

    def _own_lines(self, own: OwnFields, values: Mapping[str, Any]) -> list[tuple[str, Shown]]:
        """The active fields, and what stands of retired ones."""
        retired = [of for of in own.retired if of.name in values]
        paths = [(f"{CUSTOM}.{of.name}", of) for of in (*own.active, *retired)]
        return [
            (
                self.shower.naming.member(self.entry, path),
                self.shower.show(self.entry, of, values.get(of.name), path),
            )
            for path, of in paths
        ]

    def label(self, of: Field) -> str:
        return self.shower.naming.member(self.entry, of.name)

    async def know(self, ids: Mapping[str, set[str]]) -> None:
        """Learn what ids stand for."""
        names = await names_of(self.api, self.shower, self.entry.service, ids)
        self.shower.names = {**self.shower.names, **names}  # those that were learned meanwhile too

    def moves(self, state: State) -> list[Move]:
        """What may be done now: the steps that the service allows, and what else the reader may do with what stands."""
        if state.get("archived_at") is not None:
            return []
        allowed = state.get("allowed_moves", ())
        return [
            m
            for m in self.model.moves
            if (m.verb in allowed if m.is_step else self.offered.issuperset(m.scopes))
        ]

    async def _related(self) -> list[Related]:
        naming = [
            (other, member)
            for other in index()
            for member, kinds in other.names.items()
            if self.entry.name in kinds
            and by_kind(other.service)[self.entry.name] == self.entry
            and self.offered.issuperset(other.reads)
        ]
        counts = await asyncio.gather(*(self._count(other, member) for other, member in naming[:COUNTED]))
        unknown: list[int | None] = [None] * (len(naming) - len(counts))
        pairs = zip(naming, [*counts, *unknown], strict=True)
        return [self._related_by(other, member, count) for (other, member), count in pairs]

    async def _count(self, other: Entry, member: str) -> int | None:
        reply = await self.api.read(
            other.path, [(member, self.id), ("limit", "1")], Prefer="return=total-count"
        )
        return 0 if reply.is_refusal else int(reply.body["total"])

    def _related_by(self, other: Entry, member: str, count: int | None) -> Related:
        label = self.shower.naming.many(other)
        if member != f"{self.entry.name}_id":
            label = f"{label} ({self.shower.naming.member(other, member)})"
        may_make = bool(other.writes) and self.offered.issuperset(other.writes)
        may_make = may_make and member in model_of(other).creates
        new = f"{address_of(other, 'new')}?{member}={self.id}" if may_make else ""
        return Related(other, label, link(other, {}, **{member: self.id}), count, new)

    async def history(self, limit: int, cursor: str = "") -> tuple[list[Step], str]:
        """Versions, the newest first, and the cursor of those before."""
        query = [("limit", str(limit)), *([("cursor", cursor)] if cursor else [])]
        page = await self.api.get(f"{self.path}/history", query)
        persons = await persons_of(self.api.call, (version["who"] for version in page["items"]))
        steps = [self._step(version, persons.get(version["who"])) for version in page["items"]]
        return steps, page.get("next", "")

    def _step(self, version: Mapping[str, Any], person: Name | None) -> Step:
        own, naming = self.model.by_name, self.shower.naming
        fact = version["type"].split(".")[-2]
        details = [
            (
                naming.member(self.entry, name),
                self._detail(own.get(name.removeprefix("previous_")), name, value),
            )
            for name, value in version["fact"].items()
            if isinstance(value, str | int | float) and value != ""
        ]
        changed = [naming.member(self.entry, name) for name in version["changed"] if name in {*own, CUSTOM}]
        return Step(
            version["version"], naming.fact(self.entry, fact), self.shower.moment(version["at"]), version["who"], person,
            changed if version["version"] > 1 else (), details,
        )  # fmt: skip

    def _detail(self, of: Field | None, name: str, value: Any) -> Shown:
        """A detail of a fact: as the member of its name is shown, or as it is."""
        if name == OWN_DECISION:
            return Shown(self.shower.naming.value(self.entry, name, value))
        is_choice = of is not None and of.kind == "choice" and isinstance(value, str)
        return self.shower.show(self.entry, of, value) if of and is_choice else Shown(str(value))

    async def compared(self, one: int, other: int) -> list[tuple[str, Shown, Shown]]:
        """The members in which two versions differ: label, and the values of both; `one` is the earlier."""
        states = await self.versions(one, other)
        members = (*self.model.members, *(await self.own()).part_to_show)
        ids: dict[str, set[str]] = {}
        for state in states.values():
            merge(ids, ids_in(members, state))
        await self.know(ids)
        before, after = states.get(one, {}), states.get(other, {})
        archived = Field("archived_at", "instant")
        show, entry = self.shower.show, self.entry
        return [
            (self.label(f), show(entry, f, before.get(f.name)), show(entry, f, after.get(f.name)))
            for f in (*members, archived)
            if before.get(f.name) != after.get(f.name)
        ]

    async def versions(self, *numbers: int) -> dict[int, State]:
        """The states at these versions."""
        query = [*(("version", str(number)) for number in {*numbers}), ("expand", "state")]
        page = await self.api.get(f"{self.path}/history", query)
        return {version["version"]: version["state"] for version in page["items"]}

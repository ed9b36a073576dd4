"""One aggregate: its members, what names it, what may be done with it, and its history."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.registers.client import Api
from services.reporting.web.registers.lists import link
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.own_fields import CUSTOM, OwnFields, own_fields
from services.reporting.web.registers.values import (
    Shower,
    Shown,
    ids_in,
    merge,
    names_of,
)
from shared.contracts.forms import Entry, Field, FormModel, Move, by_kind, index, model_of

COUNTED = 24
"""So many collections are counted; of others there is a link."""
NEWEST = 5
PER_PAGE = 25

State = Mapping[str, Any]


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
    by_portolan: bool
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

    async def contents(self) -> dict[str, Any]:
        """What the page shows."""
        state = await self.state()
        fields = self.model.members
        related, (steps, _), own = await asyncio.gather(self._related(), self.history(NEWEST), self.own())
        await self.know(ids_in((*fields, *own.part_to_show), state))
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
            "may_write": bool(self.entry.writes) and self.offered.issuperset(self.entry.writes),
            "related": [one for one in related if one.count != 0],
            "unrelated": [one for one in related if one.count == 0 and one.new],
            "steps": steps,
        }

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
        self.shower.names = {
            **self.shower.names,
            **await names_of(self.api, self.shower, self.entry.service, ids),
        }

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
        new = f"{address_of(other, 'new')}?{member}={self.id}" if may_make else ""
        return Related(other, label, link(other, {}, **{member: self.id}), count, new)

    async def history(self, limit: int, cursor: str = "") -> tuple[list[Step], str]:
        """Versions, the newest first, and the cursor of those before."""
        query = [("limit", str(limit)), *([("cursor", cursor)] if cursor else [])]
        page = await self.api.get(f"{self.path}/history", query)
        return [self._step(version) for version in page["items"]], page.get("next", "")

    def _step(self, version: Mapping[str, Any]) -> Step:
        own, naming = self.model.by_name, self.shower.naming
        fact = version["type"].split(".")[-2]
        details = [
            (naming.member(self.entry, name), self._detail(own.get(name.removeprefix("previous_")), value))
            for name, value in version["fact"].items()
            if isinstance(value, str | int | float) and value != ""
        ]
        changed = [naming.member(self.entry, name) for name in version["changed"] if name in own]
        return Step(
            version["version"], naming.fact(self.entry, fact), self.shower.moment(version["at"]), version["who"],
            version["who_type"] == "system", changed if version["version"] > 1 else (), details,
        )  # fmt: skip

    def _detail(self, of: Field | None, value: Any) -> Shown:
        """A detail of a fact: as the member of its name is shown, or as it is."""
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

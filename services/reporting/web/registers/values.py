"""What is shown of a state: texts in the reader's language, links, and names in place of ids."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from services.reporting.web.registers.client import Api
from services.reporting.web.registers.naming import Naming, address_of
from services.reporting.web.words import Words
from shared.contracts.forms import Entry, Field, by_kind, model_of
from shared.http.parameters import MOST_IDS

NUMERIC = ("money", "integer", "number")
EXTERNAL_REF = "external_ref"


@dataclass(frozen=True)
class Name:
    """What an id stands for."""

    text: str
    address: str = ""
    is_archived: bool = False


Names = Mapping[str, Name]
"""Id -> what it stands for; ids that the reader may not see are missing."""


@dataclass(frozen=True)
class Shown:
    """A value as it is shown. `rows` are the items of a list, `parts` the members of a part with their labels."""

    text: str = ""
    address: str = ""
    kind: str = "line"
    is_archived: bool = False
    parts: Sequence[tuple[str, "Shown"]] = ()
    rows: Sequence["Shown"] = ()
    exact: Any = None
    """The value as programs read it, for numbers and days."""

    @property
    def is_number(self) -> bool:
        return self.kind in NUMERIC

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.parts or self.rows)


NOTHING = Shown()


@dataclass
class Shower:
    """Shows the values of one page."""

    words: Words
    zone: tzinfo
    names: Names = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    """The labels of the organisation's own fields, by their paths."""
    days: dict[str, str] = field(default_factory=dict)
    """Days as they were written already: a list has the same ones again and again."""

    @property
    def naming(self) -> Naming:
        return Naming(self.words, self.own)

    def show(self, entry: Entry, of: Field, value: Any, path: str = "") -> Shown:
        """The value of a member; `path` is its path within the aggregate."""
        path = path or of.name
        if value is None or value in ("", [], {}):
            return NOTHING
        match of.kind:
            case "reference":
                name = self.names.get(value)
                return (
                    Shown(value)
                    if name is None
                    else Shown(name.text, name.address, is_archived=name.is_archived)
                )
            case "rows":
                plain = len(of.members) == 1 and not of.members[0].name
                inner = of.members[0] if plain else of
                show = self.show if plain else self._part
                return Shown(kind="rows", rows=[show(entry, inner, item, path) for item in value])
            case "part":
                return self._part(entry, of, value, path)
            case "map":
                return Shown(kind="part", parts=[(name, Shown(str(text))) for name, text in value.items()])
            case _:
                return Shown(self.text(entry, of, value, path), kind=of.kind, exact=value)

    def _part(self, entry: Entry, of: Field, value: Mapping[str, Any], path: str) -> Shown:
        parts = [
            (
                self.naming.member(entry, f"{path}.{m.name}"),
                self.show(entry, m, value.get(m.name), f"{path}.{m.name}"),
            )
            for m in of.members
        ]
        return Shown(kind="part", parts=[(label, one) for label, one in parts if not one.is_empty])

    def text(self, entry: Entry, of: Field, value: Any, path: str = "") -> str:
        """A single value as a text."""
        match of.kind:
            case "money":
                return self.words.money(value)
            case "day":
                if value not in self.days:
                    self.days[value] = self.words.day(value)
                return self.days[value]
            case "instant":
                return self.moment(value)
            case "choice":
                return self.naming.value(entry, path or of.name, value)
            case "yes_no":
                return self.words.gettext("yes") if value else self.words.gettext("no")
            case "integer" | "number" if not of.is_year:
                return self.words.exact(value)
            case _:
                return str(value)

    def moment(self, instant: str) -> str:
        """Day and time of an instant, in the zone of the instance."""
        return self.words.moment(datetime.fromisoformat(instant).astimezone(self.zone))

    def title(self, entry: Entry, state: Mapping[str, Any]) -> str:
        """By what one is known: its label, or what tells it from others; its id where that is nothing."""
        members = model_of(entry).by_name
        texts = [
            self.text(entry, members[name], state[name])
            for name in entry.title
            if state.get(name) not in (None, "")
        ]
        return " · ".join(texts) or str(state.get("id", ""))


def ids_in(fields: Iterable[Field], state: Mapping[str, Any]) -> dict[str, set[str]]:
    """Kind of aggregate -> the ids of that kind which a state names."""
    ids: dict[str, set[str]] = {}
    for of in fields:
        value = state.get(of.name)
        if not value:
            continue
        if of.kind == "reference":
            for kind in (state[of.kind_by],) if of.kind_by else of.names:
                ids.setdefault(kind, set()).add(value)
        elif of.kind in ("part", "rows"):
            for item in (value,) if of.kind == "part" else value:
                if isinstance(item, dict):
                    merge(ids, ids_in(of.members, item))
                elif of.members[0].kind == "reference":
                    merge(ids, ids_in((of.members[0],), {"": item}))
    return ids


def merge(ids: dict[str, set[str]], others: Mapping[str, set[str]]) -> None:
    for kind, more in others.items():
        ids.setdefault(kind, set()).update(more)


async def names_of(api: Api, shower: Shower, service: str, ids: Mapping[str, set[str]]) -> dict[str, Name]:
    """What those ids stand for that are not known yet, with one request for each kind (and 200 ids).

    `ids` are given by a service, by kind. What is not answered stays an id.
    """
    registers = by_kind(service)
    unknown = {kind: of_kind - shower.names.keys() for kind, of_kind in ids.items()}
    wishes = [
        (registers[kind], sorted(of_kind)[start : start + MOST_IDS])
        for kind, of_kind in unknown.items()
        if kind in registers
        for start in range(0, len(of_kind), MOST_IDS)
    ]
    pages = await asyncio.gather(*(_states(api, entry, wish) for entry, wish in wishes))
    return {
        state["id"]: name_of(shower, entry, state)
        for (entry, _), states in zip(wishes, pages, strict=True)
        for state in states
    }


def name_of(shower: Shower, entry: Entry, state: Mapping[str, Any]) -> Name:
    archived = state.get("archived_at") is not None
    return Name(shower.title(entry, state), address_of(entry, state["id"]), archived)


async def _states(api: Api, entry: Entry, ids: Sequence[str]) -> list[dict[str, Any]]:
    query = [*(("id", id) for id in ids), ("archived", "true"), ("limit", str(len(ids)))]
    reply = await api.read(entry.path, query)
    return [] if reply.is_refusal else list(reply.body["items"])


def plain(value: Shown) -> str:
    """What is shown, as one text."""
    if value.rows:
        return "; ".join(map(plain, value.rows))
    if value.parts:
        return ", ".join(f"{label}: {plain(part)}" for label, part in value.parts)
    return value.text


def exact_number(value: Any) -> Decimal | None:
    """A number of a cell, for tables that count on; None where it is none."""
    try:
        return Decimal(str(value["amount"] if isinstance(value, dict) else value))
    except InvalidOperation:
        return None

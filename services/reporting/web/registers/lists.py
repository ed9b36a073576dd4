"""A list of a register: its filters, columns, order and pages, all of them in the address."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from services.reporting.web.registers.client import Api, pairs
from services.reporting.web.registers.controls import SEARCH, FormOf
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.own_fields import own_fields, parameter_of, values_by_path
from services.reporting.web.registers.values import (
    NUMERIC,
    Shower,
    Shown,
    ids_in,
    merge,
    names_of,
)
from services.reporting.web.words import Words
from shared.base.currencies import DECIMALS
from shared.contracts.forms import Entry, Field, FormModel, model_of

COLUMNS = 8
RANGED = ("day", "money", "integer", "number")
FROM, UNTIL = ".from", ".until"
"""The ends of a range in an address: `planned_start_on.from=2026-01-01`."""
BOUNDS = {FROM: "gte", UNTIL: "lte"}
OF_THE_PAGE = ("columns", "first", "as_of", "amounts")
"""Parameters that no service is asked for."""

Query = Mapping[str, Sequence[str]]


@dataclass
class Filter:
    """One way to narrow a list."""

    of: Field
    label: str
    values: Sequence[str] = ()
    options: Sequence[tuple[str, str]] = ()
    bounds: Mapping[str, str] = field(default_factory=dict)
    is_searched: bool = False
    """Whether there are too many to offer, so that they are searched by name."""
    search: str = ""
    hits: Sequence[tuple[str, str]] = ()
    """The address of the list narrowed to what was found, and its name."""
    remove: str = ""
    """The address of the list without it."""

    @property
    def is_set(self) -> bool:
        return bool(self.values or any(self.bounds.values()) or self.search)


@dataclass(frozen=True)
class Column:
    of: Field
    label: str
    order: str = ""
    """`ascending`, `descending`, or nothing where the list is in another order."""
    sort: str = ""
    """The address of the list in the order of this column; nothing where there is none."""

    @property
    def is_number(self) -> bool:
        return self.of.kind in NUMERIC


@dataclass(frozen=True)
class Row:
    id: str
    version: int
    address: str
    title: str
    is_archived: bool
    cells: Sequence[Shown]


@dataclass
class ListPage:
    """One page of a list, as its template shows it."""

    entry: Entry
    model: FormModel
    columns: Sequence[Column]
    offered: Sequence[Field]
    """What may be a column."""
    rows: Sequence[Row]
    total: int
    first: int
    """The number of the first row among all, from 1."""
    following: str
    """The address of the next page; nothing on the last one."""
    filters: Sequence[Filter]
    query: Query


def columns_of(model: FormModel, query: Query, own: Sequence[Field] = ()) -> list[Field]:
    """The columns that are asked for, or the label and what lists can be narrowed and sorted by; `own` are the
    organisation's own fields. Of what has no label, what it belongs to goes first."""
    by_name = model.by_name | {field.name: field for field in own}
    wishes = [by_name[name] for name in query.get("columns", ()) if name in by_name]
    if wishes:
        return wishes
    title = [by_name[name] for name in model.entry.title]
    telling = [
        m for m in model.members if m.name in {*model.sorts, *model.filters, model.state} and m not in title
    ]
    order = {"reference": 1, "day": 2, "money": 3, "integer": 3, "number": 3}
    if title and title[0].kind != "line":  # without a name, what it belongs to tells it from others
        order["reference"] = -1
    first = [m for m in telling if m.name in ("code", "number", "wbs")]
    others = sorted((m for m in telling if m not in first), key=lambda m: order.get(m.kind, 0))
    return ([*title, *first, *others] or list(model.members))[:COLUMNS]


def asked_of_service(
    model: FormModel, query: Query, currency: str, words: Words, own: Sequence[Field] = ()
) -> list[tuple[str, str]]:
    """The query of the address as the service takes it; `own` are the organisation's own fields."""
    own_names = {field.name for field in own}
    by_name, parameters = model.by_name | {field.name: field for field in own}, dict[str, list[str]]()
    for name, values in query.items():
        wishes = [value for value in values if value != ""]
        member, end = next(((name.removesuffix(e), e) for e in BOUNDS if name.endswith(e)), (name, ""))
        if name in OF_THE_PAGE or name.endswith(SEARCH) or not wishes:
            continue
        if name in own_names:
            parameters[parameter_of(name)] = wishes
        elif name == "sort" and (path := wishes[0].removeprefix("-")) in own_names:
            parameters[parameter_of(path, "sort")] = ["desc" if wishes[0].startswith("-") else "asc"]
        elif not end:
            parameters[name] = wishes
        elif member in by_name:
            bound, operator = _bound(by_name[member], wishes[0], currency, words), BOUNDS[end]
            parameter = parameter_of(member, operator) if member in own_names else f"{member}[{operator}]"
            parameters[parameter] = [bound]
    return pairs(parameters)


def _bound(of: Field, text: str, currency: str, words: Words) -> str:
    """A bound as the service takes it: amounts in minor units."""
    if of.kind == "day":
        return text
    number = words.read(text)
    if of.kind != "money":
        return number
    whole, _, decimals = number.partition(".")
    places = DECIMALS[currency]
    return (whole + decimals[:places].ljust(places, "0")).lstrip("0") or "0"


def link(entry: Entry, query: Query, **changed: str | None) -> str:
    """The address of the list with some parameters changed; None takes one away, and any other order or filter begins
    at the first page."""
    wishes = {n: list(v) for n, v in query.items() if n not in ("cursor", "first") and any(v)}
    for name, value in changed.items():
        wishes.pop(name, None)
        if value is not None:
            wishes[name] = [value]
    text = urlencode(pairs({name: [v for v in values if v] for name, values in wishes.items()}))
    return address_of(entry) + (f"?{text}" if text else "")


@dataclass
class ListReader:
    """Reads lists for one page."""

    api: Api
    shower: Shower
    currency: str
    """The currency in whose minor units bounds of amounts are counted."""
    entry: Entry
    query: Query

    def __post_init__(self) -> None:
        self.model = model_of(self.entry)
        self.own: Sequence[Field] = ()
        self.fields = columns_of(self.model, self.query)

    async def know_own_fields(self) -> None:
        """Offer the organisation's own fields as columns, filters and orders, as far as lists show them."""
        own = await own_fields(self.api, self.entry, self.shower.words.language)
        self.shower.own, self.own = own.labels or {}, own.columns
        self.fields = columns_of(self.model, self.query, self.own)

    def parameters(self) -> list[tuple[str, str]]:
        return asked_of_service(self.model, self.query, self.currency, self.shower.words, self.own)

    async def page(self) -> ListPage:
        """The page that the address says."""
        await self.know_own_fields()
        answer, filters = await asyncio.gather(
            self.api.get(self.entry.path, self.parameters(), Prefer="return=total-count"), self._filters()
        )
        rows = await self.rows(answer["items"])
        first = first_of(self.query)
        following = ""
        if "next" in answer:
            changed = {"cursor": answer["next"], "first": str(first + len(rows))}
            following = link(self.entry, self.query, **changed)
        return ListPage(
            self.entry, self.model, self.columns(),
            [*(m for m in self.model.members if m.kind not in ("part", "rows", "map")), *self.own], rows,
            answer.get("total", 0), first, following, filters, self.query,
        )  # fmt: skip

    async def rows(self, states: Sequence[Mapping[str, Any]]) -> list[Row]:
        """States as rows, with names in place of ids."""
        states = [values_by_path(state) for state in states]
        ids: dict[str, set[str]] = {}
        for state in states:
            merge(ids, ids_in(self.fields, state))
        self.shower.names = {
            **self.shower.names,
            **await names_of(self.api, self.shower, self.entry.service, ids),
        }
        return [self._row(state) for state in states]

    def _row(self, state: Mapping[str, Any]) -> Row:
        show, entry = self.shower.show, self.entry
        cells = [show(entry, f, state.get(f.name)) for f in self.fields]
        archived = state.get("archived_at") is not None
        id = state["id"]
        return Row(
            id, state["version"], address_of(entry, id), self.shower.title(entry, state), archived, cells
        )

    def columns(self) -> list[Column]:
        return [self._column(of) for of in self.fields]

    def _column(self, of: Field) -> Column:
        label = self.shower.naming.member(self.entry, of.name)
        if of.name not in self.model.sorts and (of not in self.own or of.kind == "reference"):
            return Column(of, label)
        present = (self.query.get("sort") or ("",))[0]
        order = {of.name: "ascending", f"-{of.name}": "descending"}.get(present, "")
        turned = f"-{of.name}" if order == "ascending" else of.name
        return Column(of, label, order, link(self.entry, self.query, sort=turned))

    async def _filters(self) -> list[Filter]:
        by_name = self.model.by_name
        names = [name for name in self.model.filters if name in by_name]
        searched = {} if not self.model.searches else dict.fromkeys(("name", "title"))
        narrowing = [*(by_name[name] for name in names if name not in searched), *self.own]
        references = [of for of in narrowing if of.kind == "reference" and of.names]
        form = FormOf(self.api, self.shower, self.entry, references, self._texts(references))
        controls = {control.path: control for control in await form.controls()}
        return [self._filter(of, controls.get(of.name)) for of in narrowing]

    def _texts(self, references: Sequence[Field]) -> dict[str, str]:
        wishes = {}
        for of in references:
            for name in (of.name, of.name + SEARCH):
                if values := [value for value in self.query.get(name, ()) if value]:
                    wishes[name] = values[0]
        return wishes

    def _filter(self, of: Field, control: Any) -> Filter:
        values = [value for value in self.query.get(of.name, ()) if value]
        one = Filter(of, self.shower.naming.member(self.entry, of.name), values)
        one.remove = link(self.entry, self.query, **dict.fromkeys((of.name, of.name + FROM, of.name + UNTIL)))
        if of.kind in RANGED:
            one.bounds = {end: (self.query.get(of.name + end) or ("",))[0] for end in BOUNDS}
        elif of.kind == "choice":
            one.options = [(v, self.shower.naming.value(self.entry, of.name, v)) for v in of.choices]
        elif of.kind == "yes_no":
            one.options = [(v, self.shower.words.gettext(t)) for v, t in (("true", "yes"), ("false", "no"))]
        elif control is not None:
            one.options, one.search = control.options, control.search or ""
            one.is_searched = control.search is not None
            if control.search:
                others = {of.name + SEARCH: None}
                one.hits = [
                    (link(self.entry, self.query, **{**others, of.name: id}), name)
                    for id, name in control.options
                ]
        return one


def first_of(query: Query) -> int:
    """The number of the first row of the page that an address names, from 1."""
    text = (query.get("first") or ("1",))[0]
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1

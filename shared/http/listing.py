"""Lists: flat filters and an allow-list of sorts over a table; the items are the stored states as they are."""

import json
from collections.abc import Awaitable, Callable
from typing import cast

from shared.base.text import composed, sort_key
from shared.contracts.members import Kind
from shared.domain.access.conditions import rows_seen
from shared.domain.filters import Filters
from shared.domain.list_indices import indexed_columns
from shared.http import custom_filters
from shared.http.answers import weak_tag
from shared.http.call import Call
from shared.http.keyset import Keyset, Sort
from shared.http.paging import Page
from shared.http.parameters import OPERATORS, TEXTUAL, read_value, wants_archived, wrong
from shared.store.columns import SORT, Mirror

ALWAYS = ("id", "updated_at")
"""What every list is narrowed by."""


def read(call: Call, mirror: Mirror, filters: Filters, keyset: Keyset) -> None:
    """Narrow the list by the query's parameters."""
    if not wants_archived(call):
        keyset.narrow("archived = 0")
    for name, values in call.query.items():
        column, _, operator = name.partition("[")
        if column in filters.columns or column in ALWAYS:
            _narrow(keyset, filters.kind(column), column, operator.rstrip("]"), values, name)
            if column in mirror.sorted:  # the same rows, found by the index of the sort key
                keyset.any_of(column + SORT, [sort_key(value) or "" for value in values], "code")
    if (source := call.one("external_ref.source")) is not None:
        keyset.narrow("external_source = ?", composed(source))
    keyset.any_of("external_id", call.query.get("external_ref.id"), "text")
    if text := call.one("q"):
        keyset.search(text)


def _narrow(keyset: Keyset, kind: Kind, column: str, operator: str, values: list[str], name: str) -> None:
    if operator:
        if len(values) > 1:
            raise wrong(name, "given twice")
        keyset.narrow(f"{column} {OPERATORS[operator]} ?", read_value(kind, values[0], name))
        return
    keyset.any_of(column, values, kind)


DOCUMENT = {"sqlite": "CAST(document AS BLOB) AS document", "postgresql": "document"}
"""How a document is selected by the thousand: as bytes, where the driver would make a text of it to be undone again."""


Document = tuple[str | bytes, str, int]
"""The state of an aggregate as it is stored, its id and its version."""


def reader_of(mirror: Mirror, filters: Filters) -> Callable[[Call], Awaitable[Page[Document]]]:
    """What reads the pages of one list; how it can be sorted is found out once."""
    sorts = {}
    for name in (*filters.sorts, "created_at", "updated_at"):
        column = mirror.column_of_sort(name)
        textual = filters.kind(name) in TEXTUAL
        sorts[name] = Sort(column.name, text=textual, nullable=bool(column.nullable), indexed=True)

    async def page(call: Call) -> Page[Document]:
        keyset = Keyset("id", sorts, mirror.name, indexed=indexed_columns(mirror.table))
        read(call, mirror, filters, keyset)
        await custom_filters.narrow(call, mirror.entry, keyset)
        condition = rows_seen(call.rights.sight_of(mirror.entry), mirror, call.kernel.store.dialect)
        if condition is not None:
            keyset.narrow(condition[0], *condition[1])
        columns = f"{DOCUMENT[call.kernel.store.dialect]}, id, version"
        return cast(Page[Document], await keyset.page(call, columns, mirror.name))

    return page


def tag_of(page: Page[Document]) -> str:
    """The ETag of a page of whole documents: their ids and versions say what they hold, as for one of them alone."""
    names = [f"{id}:{version}" for _, id, version in page.items]
    return weak_tag(f"{','.join(names)} {page.next} {page.total}".encode())


def only(state: str, fields: str) -> str:
    """The state with only the named members (unknown names are refused)."""
    whole = json.loads(state)
    names = fields.split(",")
    unknown = [name for name in names if name not in whole]
    if unknown:
        raise wrong("fields", "not members of this resource")
    return json.dumps({name: whole[name] for name in names}, separators=(",", ":"))

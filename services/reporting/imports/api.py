"""Imports over REST: whoever imports records what was made, and reads it again to take it back."""

import json
from typing import Annotated, Any

from pydantic import Field

from services.reporting.imports import records
from services.reporting.imports.shapes import (
    EntryPage,
    Import,
    ImportBegin,
    ImportDetail,
    ImportEnd,
    ImportPage,
    NewEntries,
    NewOutcomes,
    Outcome,
    State,
)
from shared.contracts.resources.people import Person
from shared.http.call import Answer, Call, Pending
from shared.http.keyset import Keyset
from shared.http.paging import PREFER, answer
from shared.http.parameters import MOST_IDS
from shared.http.path import Id
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes
from shared.messaging.consumer import Consumer
from shared.messaging.reactions import by_event_type, on, sources_of
from shared.runtime.service import Group

routes = Routes(
    "reporting", "Imports", about="What was imported by whom, and what it made, so that it can be taken back."
)


class ImportQuery(Query):
    """Which imports are listed."""

    limit: Limit = None
    cursor: Cursor = None
    id: Annotated[tuple[Id, ...], Field(max_length=MOST_IDS, description="Its id.")] = ()
    source: tuple[str, ...] = Field(
        default=(), max_length=MOST_IDS, description="The source in the external keys of what came in."
    )
    state: tuple[State, ...] = Field(default=(), description="How far it is.")


class EntryQuery(Query):
    """Which entries of an import are listed."""

    limit: Limit = None
    cursor: Cursor = None
    outcome: tuple[Outcome, ...] = Field(default=(), description="What became of it.")


class Recorded(Pending):
    """The answer to who changes a record, once that is committed."""

    def __init__(self, row: records.Row, status: int = 200) -> None:
        self._status = status
        self._body = json.dumps(records.import_json(row))
        self._headers = {"Location": f"/reporting/v1/imports/{row['id']}"} if status == 201 else {}

    def answer(self, call: Call) -> Answer:
        return Answer(self._status, self._body.encode(), dict(self._headers))

    def reference(self, call: Call) -> dict[str, Any]:
        return {"status": self._status, "body": self._body, "headers": self._headers}


def _owner(call: Call) -> str | None:
    """Whose imports the caller is shown: their own; everybody's, where they operate the instance."""
    return None if call.may("operate") else call.principal.key


@routes.post("/v1/imports", scope=None, status=201, schema=Import, refusals=(429,))
async def begin(call: Call, body: ImportBegin) -> Any:
    """Begin the record of an import. What is recorded is the caller's own."""
    days = call.kernel.settings.imports_days
    return Recorded(await records.begin(call.work, call.principal.key, body, days), 201)


@routes.get("/v1/imports", scope=None, headers=(PREFER,))
async def listed(call: Call, query: ImportQuery) -> Answer[ImportPage]:
    """My imports. The newest first; who operates the instance sees all."""
    keyset = Keyset("id", {}, "imports", [("id", True)])
    if (owner := _owner(call)) is not None:
        keyset.narrow("owner = ?", owner)
    keyset.any_of("id", query.id, "id")
    keyset.any_of("source", query.source, "code")
    keyset.any_of("state", query.state, "text")
    page = await keyset.page(call, ", ".join(records.COLUMNS), "import_record")
    return answer(call, page.each(lambda row: json.dumps(records.import_json(records.row_of(row)))))


@routes.get("/v1/imports/{id}", scope=None, refusals=(404,))
async def one(call: Call, id: Id) -> Answer[ImportDetail]:
    """An import, with the mapping that it was read by."""
    row = await records.read(call.kernel.store, id, _owner(call))
    return Answer(200, json.dumps(records.import_json(row) | {"mapping": row["mapping"]}).encode())


@routes.get("/v1/imports/{id}/entries", scope=None, refusals=(404,), headers=(PREFER,))
async def entries(call: Call, id: Id, query: EntryQuery) -> Answer[EntryPage]:
    """What an import made. The newest first."""
    await records.read(call.kernel.store, id, _owner(call))
    keyset = Keyset("place", {}, f"entries of {id}", [("place", True)])
    keyset.narrow("import_id = ?", id)
    keyset.any_of("outcome", query.outcome, "text")
    page = await keyset.page(call, ", ".join(records.ENTRY_COLUMNS), "import_entry")
    return answer(call, page.each(lambda row: json.dumps(records.entry_json(row))))


@routes.post("/v1/imports/{id}/add-entries", scope=None, schema=Import, refusals=(404, 409))
async def add_entries(call: Call, id: Id, body: NewEntries) -> Any:
    """Record what the import has made, up to 500 versions. 409 where it has ended."""
    row = await records.read(call.kernel.store, id, call.principal.key)
    return Recorded(await records.add_entries(call.work, row, body.entries))


@routes.post("/v1/imports/{id}/end", scope=None, schema=Import, refusals=(404, 409))
async def end(call: Call, id: Id, body: ImportEnd) -> Any:
    """Record how the import ended. 409 where it has ended already."""
    row = await records.read(call.kernel.store, id, _owner(call))
    return Recorded(records.end(call.work, row, body))


@routes.post("/v1/imports/{id}/resume", scope=None, schema=Import, refusals=(404, 409))
async def resume(call: Call, id: Id) -> Any:
    """Go on with my import that was interrupted: what it makes from now on is recorded with the rest. 409 where it has come to
    its end, or was taken back."""
    row = await records.read(call.kernel.store, id, call.principal.key)
    return Recorded(records.resume(call.work, row))


@routes.post("/v1/imports/{id}/add-outcomes", scope=None, schema=Import, refusals=(404, 409))
async def add_outcomes(call: Call, id: Id, body: NewOutcomes) -> Any:
    """Record what became of entries when the import was taken back, up to 500. 409 where it has not ended."""
    row = await records.read(call.kernel.store, id, _owner(call))
    return Recorded(await records.add_outcomes(call.work, row, body.outcomes))


IMPORTS = Group(routes=(routes,))
_REACTIONS = (on(Person, "erased", records.forget),)
CONSUMER = Consumer("reporting.imports", sources_of(_REACTIONS), reactions=by_event_type(_REACTIONS))
"""Hears of the erasure of persons."""

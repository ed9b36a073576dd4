"""The page of the search: what is found by its key, name or title, whatever register it is of."""

from collections.abc import Sequence

from pydantic import Field

from services.reporting.directory import api as directory
from services.reporting.directory.api import KIND
from services.reporting.directory.kinds import kinds
from services.reporting.directory.search import Hit
from services.reporting.history.view import states_by_id
from services.reporting.web import sessions
from services.reporting.web.names import directory_names
from services.reporting.web.page import page
from services.reporting.web.registers.answering import shower_of
from services.reporting.web.registers.naming import page_of
from services.reporting.web.registers.values import Name, Names, Shower
from shared.contracts.forms import entry_by_key
from shared.http.call import Answer, Call
from shared.http.query import Cursor, Query
from shared.http.routes import Routes
from shared.store import Store

routes = Routes("reporting", "Pages", pages=True)


class SearchPageQuery(Query):
    """What is looked for, as the box of every page sends it."""

    blank_means_absent = True

    q: str | None = Field(default=None, description="Words to search for.", max_length=300)
    kind: KIND = None
    cursor: Cursor = None


@routes.get("/search", session=sessions.principal, produces=("text/html",))
async def search_page(call: Call, query: SearchPageQuery) -> Answer:
    """Search over everything."""
    text = query.q or ""
    hits_page, counts = await directory.search_page(call, text, query.kind)
    shower = shower_of(call)
    names = await directory_names(call, (hit.scope for hit in hits_page.items if hit.scope is not None))
    titles = await titles_of(call.kernel.store, shower, hits_page.items)
    groups: dict[str, list[Hit]] = {}
    for hit in hits_page.items:
        groups.setdefault(hit.kind, []).append(hit)
    return page(
        call, "search.html", q=text, kind=query.kind, groups=groups, counts=counts, following=hits_page.next,
        total=sum(counts.values()), naming=shower.naming, registers=entry_by_key(), page_of=page_of,
        titles=titles, within=lambda hit: _within(names, hit), is_paged=query.cursor is not None,
    )  # fmt: skip


def _within(names: Names, hit: Hit) -> Name | None:
    """In what it lies; nothing where it is a node itself."""
    return None if hit.scope is None or hit.scope == hit.aggregate_id else names.get(hit.scope)


async def titles_of(store: Store, shower: Shower, hits: Sequence[Hit]) -> dict[str, str]:
    """What is shown of those that have no name of their own, in place of the key by which they were found."""
    nameless = [hit for hit in hits if kinds()[hit.kind].label is None]
    states = await states_by_id(store, [hit.aggregate_id for hit in nameless], None)
    registers = {hit.aggregate_id: kinds()[hit.kind].register for hit in nameless}
    return {id: shower.title(registers[id], state) for id, state in states.items()}

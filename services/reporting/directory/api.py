"""Search over everything that the caller sees, whatever service it is of."""

import json
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.reporting.directory.kinds import keys, kinds
from services.reporting.directory.search import Hit, question_of, search_for
from shared.contracts import language
from shared.contracts.language import AnswerShape
from shared.http import cursor, paging, parameters
from shared.http.call import Answer, Call
from shared.http.operation import Parameter
from shared.http.paging import PageShape
from shared.http.path import Id
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes
from shared.runtime.service import Group

routes = Routes("reporting", "Search", about="What is found by its key, name or title, of all services.")

KIND = Annotated[
    str | None,
    Parameter(
        "kind",
        "Only of this kind: the service and the aggregate.",
        {"type": "string", "enum": keys()},
    ),
]


class SearchHit(AnswerShape):
    """Something that was found."""

    id: language.Id
    """The id of the aggregate."""
    kind: Annotated[str, Field(examples=["projects.project"])]
    """The service and the aggregate."""
    path: Annotated[str, Field(examples=["/projects/v1/projects/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"])]
    """Where the aggregate is read."""
    name: str
    """What it is called; of what has no name, its key."""
    code: str | None
    """Its code or number, where it has one."""
    state: str | None
    """Where it stands in its lifecycle, where it has one."""
    archived: bool
    """Whether it is archived."""
    scope_id: language.Id | None
    """The portfolio, programme, project or unit in which it lies; null: the instance."""


class KindCount(AnswerShape):
    """How many are found of a kind."""

    kind: str
    """The service and the aggregate."""
    count: int
    """How many of it are found."""


class SearchPage(PageShape):
    """What was found."""

    items: list[SearchHit]
    """Archived ones last. First whose key is what was looked for, then whose key or name begins so, then the others."""
    kinds: list[KindCount]
    """How many are found of each kind, whatever kind was asked for; the most first."""


class SearchQuery(Query):
    """What is looked for."""

    q: Annotated[
        str | None,
        Parameter(
            "q",
            "Words that a key, name or title has, in any order; neither case nor accents matter. Without words nothing"
            " is found.",
            {"type": "string", "maxLength": 300},
        ),
    ] = None
    kind: KIND = None
    id: Annotated[tuple[Id, ...], parameters.ids_parameter("Its id.")] = ()
    limit: Limit = None
    cursor: Cursor = None


@routes.get("/v1/search", headers=(paging.PREFER,))
async def search(call: Call, query: SearchQuery) -> Answer[SearchPage]:
    """Search over everything."""
    page, counts = await search_page(call, query.q or "", query.kind, query.id)
    answer = paging.answer(call, page.each(_item))
    of_each = [{"kind": kind, "count": count} for kind, count in counts.items()]
    answer.body = answer.body[:-1] + b',"kinds":' + json.dumps(of_each).encode() + b"}"
    return answer


async def search_page(
    call: Call, text: str, kind: str | None, ids: Sequence[str] = ()
) -> tuple[paging.Page[Hit], dict[str, int]]:
    """The page that the call asks for, and how many are found of each kind, the most first."""
    bound, last = cursor.binding(call, "reporting.search"), None
    if (sent := call.one("cursor")) is not None:
        step, key, id = cursor.opened(call, sent, bound)
        last = (step, key, id)
    search = await search_for(call.kernel.store, question_of(text, call.rights, kind, ids))
    hits, place = await search.page(parameters.limit_of(call), last)
    following = None if place is None else cursor.sealed(call, list(place), bound)
    total = search.total if paging.wants_total(call) else None
    return paging.Page(hits, following, total), search.counts


def _item(hit: Hit) -> str:
    register = kinds()[hit.kind].register
    item = SearchHit(
        id=UUID(hit.aggregate_id), kind=hit.kind, path=f"{register.path}/{hit.aggregate_id}", name=hit.name, code=hit.code,
        state=hit.state, archived=bool(hit.archived), scope_id=UUID(hit.scope) if hit.scope else None,
    )  # fmt: skip
    return item.model_dump_json()


DIRECTORY = Group(routes=(routes,))

"""Where the names in answers and events lead: `/problems/<code>` and `/schemas/<event>.json`, at the root of each service."""

import json
import re

from shared.contracts.releases import FILES
from shared.contracts.schema import Schema, opened
from shared.errors import NotFound, Refusal
from shared.http.call import Answer, Call
from shared.http.routes import Routes

CODE = re.compile(r"[a-z][a-z0-9_]{1,60}")


def kinds() -> dict[str, type[Refusal]]:
    """The refusals that have a code of their own; a more exact code stands for one of them."""
    found: dict[str, type[Refusal]] = {}
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        found.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return found


def routes(service: str) -> Routes:
    routes = Routes(service, "Meta", pages=True)

    @routes.route(
        "GET", "/problems/{code}", id="problem", summary="What a problem type means", scope=None, public=True
    )
    async def problem(call: Call, code: str) -> Answer:
        if not CODE.fullmatch(code):
            raise NotFound("there is no such problem type")
        kind = kinds().get(code)
        told = {"title": kind.title, "status": kind.status} if kind else {"title": code.replace("_", " ")}
        return Answer(200, json.dumps({"type": f"/problems/{code}", "code": code, **told}).encode())

    @routes.route("GET", "/schemas/{name}", id="schema", scope=None, public=True,
                  summary="The schema of an event's data, or of an aggregate's state",
                  produces=("application/schema+json", "application/json"))  # fmt: skip
    async def schema(call: Call, name: str) -> Answer:
        return Answer(200, json.dumps(served(name)).encode(), media_type="application/schema+json")

    return routes


def served(name: str) -> Schema:
    """The open form of a schema, as consumers validate with it; a draft says `x-draft: true`."""
    found = FILES.find(name)
    if found is None:
        raise NotFound("no event and no aggregate has this schema")
    closed, is_draft = found
    schema: Schema = opened(closed)
    return schema | ({"x-draft": True} if is_draft else {})

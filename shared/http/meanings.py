"""Where the names in answers and events lead, at the root of each service.

`/problems` lists the codes of problem documents, `/problems/<code>` is one of them, and `/schemas/<name>` is a schema.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.base import texts
from shared.base.errors import NotFound, Refusal
from shared.contracts.releases import FILES
from shared.contracts.schema import Schema, opened
from shared.http.call import Answer, Call
from shared.http.problems import language_headers, language_of
from shared.http.routes import Routes

LIST = Path(__file__).parents[1] / "contracts" / "problems.json"
"""The generated list of problem types (see `services.problem_types`)."""


def kinds() -> dict[str, type[Refusal]]:
    """The refusals that have a code of their own; a more exact code stands for one of them."""
    by_code: dict[str, type[Refusal]] = {}
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        by_code.setdefault(kind.code, kind)
        waiting.extend(kind.__subclasses__())
    return by_code


@cache
def problem_types() -> dict[str, dict[str, Any]]:
    """Code -> `code`, `status`, `title` and the `details` that are fixed sentences."""
    return {entry["code"]: entry for entry in json.loads(LIST.read_text())}


def problem_type(code: str, language: str = texts.ENGLISH) -> dict[str, Any]:
    """What the list says of the code, in this language; NotFound where it is none of ours."""
    if code not in problem_types():
        raise NotFound("there is no such problem type; /problems lists them")
    one = problem_types()[code]
    details = [texts.with_places(texts.in_language(detail, language)) for detail in one["details"]]
    title = texts.in_language(one["title"], language)
    return {"type": f"/problems/{code}", **one, "title": title, "details": details}


def problem_list(language: str = texts.ENGLISH) -> dict[str, Any]:
    return {"items": [problem_type(code, language) for code in problem_types()]}


def routes(service: str) -> Routes:
    routes = Routes(service, "Meta", pages=True)

    @routes.get("/problems", public=True)
    async def problems(call: Call) -> Answer:
        """All problem types."""
        language = language_of(call.sent)
        return Answer(200, json.dumps(problem_list(language)).encode(), language_headers(language))

    @routes.get("/problems/{code}", public=True)
    async def problem(call: Call, code: str) -> Answer:
        """What a problem type means."""
        language = language_of(call.sent)
        return Answer(200, json.dumps(problem_type(code, language)).encode(), language_headers(language))

    @routes.get("/schemas/{name}", public=True, produces=("application/schema+json", "application/json"))
    async def schema(call: Call, name: str) -> Answer:
        """The schema of an event's data, or of an aggregate's state."""
        schema = served(name, call.kernel.settings.base_url)
        return Answer(200, json.dumps(schema).encode(), media_type="application/schema+json")

    return routes


def served(name: str, base_url: str) -> Schema:
    """The open form of a schema, as consumers validate with it; a draft says `x-draft: true`.

    Its `$id` is absolute, as events name it in `dataschema`, and what it refers to stands beside it.
    """
    stored_schema = FILES.find(name)
    if stored_schema is None:
        raise NotFound("no event and no aggregate has this schema")
    closed, is_draft = stored_schema
    schema: Schema = opened(closed)
    schema["$id"] = base_url + schema["$id"]
    return schema | ({"x-draft": True} if is_draft else {})

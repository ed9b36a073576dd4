"""What FastAPI needs to know of an operation, so that the document has every possible answer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, TypeAdapter
from starlette.routing import BaseRoute

from shared.base.errors import Refusal
from shared.http import examples, links
from shared.http.components import schemas_of, separate
from shared.http.operation import Operation, Parameter
from shared.http.problems import MEDIA_TYPE, Problem
from shared.http.spooling import MEDIA_TYPE as MEDIA_TYPE_OF_FILES

ALWAYS = (400, 401, 403, 406, 413, 414, 429, 503, 504)

_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "The version, quoted; of a list a weak one.", "schema": {"type": "string"}},
    "Location": {"description": "Where the resource is.", "schema": {"type": "string"}},
    "Link": {"description": "The next page.", "schema": {"type": "string"}},
    "Preference-Applied": {"description": "What of `Prefer` was heard.", "schema": {"type": "string"}},
    "Portolan-Position": {"description": "For `Portolan-After`.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Idempotency-Replayed": {"description": "`true` on a replay.", "schema": {"type": "string"}},
}


def documented(operation: Operation, shape: Any, path: str, in_path: Mapping[str, Any]) -> dict[str, Any]:
    """Keyword arguments for `APIRoute`: answers, request body, parameters, security."""
    extra: dict[str, Any] = {
        "parameters": [_query_parameter(p) for p in operation.parameters] + _header_parameters(operation)
    }
    extra["parameters"] += _path_parameters(in_path)
    if (body := operation.body) is not None:
        schema = {"$ref": f"#/components/schemas/{body.__name__}"}
        required = operation.is_raw or any(f.is_required() for f in body.model_fields.values())
        extra["requestBody"] = {"required": required, "content": {operation.media_type: {"schema": schema}}}
    elif operation.takes_file:
        extra["requestBody"] = {"required": True, "content": {MEDIA_TYPE_OF_FILES: {"schema": {}}}}
    if operation.public:
        extra["security"] = []
    elif operation.scope:
        extra["x-scopes"] = list(operation.scopes)
    responses = {status: _problem(status) for status in _refusals(operation, path)}
    responses[operation.status] = _success(operation, shape)
    if operation.method == "PUT":
        responses[201] = _success(operation, shape)
    if operation.answers_parts:
        responses[206] = _success(operation, shape) | {"description": "The part that `Range` names"}
    if operation.status in (201, 202) and "validate_only" in (operation.query_names or ()):
        content = responses[operation.status]["content"]
        responses[200] = {"description": "What would be made", "content": content}
    if operation.method == "GET" and shape is not None:
        responses[304] = {"description": "Not modified", "headers": {"ETag": _HEADERS["ETag"]}}
    # a Response has no media type of its own, so that FastAPI adds none to those that are told
    documented_parts = {"openapi_extra": extra, "responses": responses, "status_code": operation.status}
    return documented_parts | {"response_class": Response}


def _refusals(operation: Operation, path: str) -> list[int]:
    statuses = set(ALWAYS) | set(operation.refusals)
    if operation.public:
        statuses -= {401, 403}
    if operation.method != "GET":
        statuses.add(422)
    if operation.method == "POST" or operation.takes is not None:
        statuses |= {409, 415}
    if operation.needs_match:
        statuses |= {412, 428}
    if path.endswith("/{id}"):  # the address of a batch looks like one of these, and has no other method
        statuses.add(405)
    return sorted(statuses)


def _problem(status: int) -> dict[str, Any]:
    title = next((r.title for r in _tree(Refusal) if r.status == status), "Refused")
    return {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _tree(root: type[Refusal]) -> list[type[Refusal]]:
    return [kind for child in root.__subclasses__() for kind in (child, *_tree(child))]


def _success(operation: Operation, shape: Any) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "Done"}
    names = [] if operation.method == "GET" else ["Portolan-Position"]
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
        answer["content"] = {media: {"schema": schema} for media in operation.produces}
        if not shape.__name__.endswith("BatchAnswer"):
            names.append("ETag")
        if shape.__name__.endswith(("Page", "BatchAnswer")):
            names.append("Link")
    elif shape is not None:
        names += ["ETag"] if operation.method == "GET" and operation.produces == ("application/json",) else []
        answer["content"] = {media: {"schema": shape} for media in operation.produces}
    if operation.status in (201, 202):
        names.append("Location")
    if operation.method == "POST":
        names.append("Idempotency-Replayed")
    if any(own.name == "Prefer" for own in operation.headers):
        names.append("Preference-Applied")
    answer["headers"] = {name: _HEADERS[name] for name in names}
    return answer


_KEY = {"type": "string", "pattern": "^[!-~]{1,200}$"}
_VERSIONS = {"type": "string", "pattern": r'^(\*|"[0-9]{1,15}"( *, *"[0-9]{1,15}")*)$'}
_TAGS = {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$'}
_MOMENT = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
    "examples": ["2026-06-01", "2026-06-01T08:30:00Z"],
}
"""One plain text: generators of clients leave out an operation whose header is a choice of types."""
_TOKEN = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}


def _header(name: str, description: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    headers = [_header(own.name, own.description, own.schema) for own in operation.headers]
    if operation.needs_match:
        headers.append(
            _header("If-Match", "The ETag that was read; several, or `*` for any.", _VERSIONS, True)
        )
    if operation.method == "PUT":
        headers.append(
            _header("If-Match", "Only if its ETag is this one; `*`: only if it exists.", _VERSIONS)
        )
        headers.append(_header("If-None-Match", "`*`: only if none with this key exists yet.", _TAGS))
    if operation.method == "POST":
        meaning = "Makes a retry safe for 24 hours"
        meaning += "; needed here, where done twice would count twice." if operation.needs_key else "."
        headers.append(_header("Idempotency-Key", meaning, _KEY, operation.needs_key))
    if operation.method == "GET" and not operation.public:
        headers.append(
            _header("Portolan-After", "The `Portolan-Position` of a write: wait until it is folded.", _TOKEN)
        )
    if operation.method == "GET" and "application/json" in operation.produces and not operation.public:
        headers.append(
            _header("If-None-Match", "The ETag of the last answer: 304 where it is the same.", _TAGS)
        )
    if operation.method != "GET":
        headers.append(
            _header(
                "Portolan-Effective-At", "When it became true (import scope); not in the future.", _MOMENT
            )
        )
    return headers


_NAMES = {"type": "string", "pattern": "^[a-z_]+(,[a-z_]+)*$", "examples": ["id,name"]}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    """With what holds for every text in a query: it has no control characters."""
    documented_parameter = parameter.to_openapi()
    if parameter.schema == {"type": "string"}:
        text = parameter.schema | {"pattern": r"^[^\x00-\x1f]*$"}
        documented_parameter["schema"] = replace(parameter, schema=text).to_openapi()["schema"]
    elif "pattern" in (schema := documented_parameter["schema"]):
        documented_parameter["schema"] = schema | {"pattern": schema["pattern"].replace(r"[\t-\r ]*", " *")}
    if parameter.reduces:
        documented_parameter["schema"] = _NAMES
    return documented_parameter


def _path_parameters(in_path: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of what stands in the path, by its annotations."""
    return [
        {"name": name, "in": "path", "required": True, **_path_texts(TypeAdapter(kind).json_schema())}
        for name, kind in in_path.items()
    ]


def _path_texts(schema: dict[str, Any]) -> dict[str, Any]:
    """What a parameter means stands beside its schema."""
    meaning = {"description": schema.pop("description")} if "description" in schema else {}
    return {**meaning, "schema": schema}


def document(
    app: FastAPI, routes: Sequence[BaseRoute], models: list[type[BaseModel]], tags: Mapping[str, str]
) -> dict[str, Any]:
    """The whole OpenAPI 3.1 document, with the schemas of every shape that the operations name; `tags` with meanings."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=routes,
        openapi_version="3.1.0",
    )
    components = document.setdefault("components", {})
    components["schemas"] = schemas_of(dict.fromkeys([*models, Problem]))
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    document["security"] = [{"bearer": []}]
    document["servers"], document["info"]["contact"], document["info"]["license"] = (
        app.servers,
        app.contact,
        app.license_info,
    )
    operations = [operation for operations in document["paths"].values() for operation in operations.values()]
    used = dict.fromkeys(tag for operation in operations for tag in operation["tags"])
    document["tags"] = [{"name": tag, "description": tags[tag]} for tag in used]
    for operation in operations:
        operation["responses"].pop("422", None) if not _may_422(operation) else None
        operation["parameters"] = _once(operation.get("parameters", []))
        _tell_nulls(operation, components["schemas"])
        _tell_moves(operation, components["schemas"])
    examples.complete(components["schemas"])
    separate(components["schemas"], operations)
    links.add(document["paths"])
    return document


def with_added(document: dict[str, Any], app: FastAPI, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The document with the routes that a user of FastAPI added, as FastAPI documents them."""
    if not routes:
        return document
    added = get_openapi(title=app.title, version=app.version, routes=routes, openapi_version="3.1.0")
    schemas = added.get("components", {}).get("schemas", {})
    document["components"]["schemas"] = schemas | document["components"]["schemas"]
    for path, operations in added["paths"].items():
        document["paths"][path] = operations | document["paths"].get(path, {})
    return document


def _tell_nulls(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Null may stand for what may be absent; a merge patch, where it deletes, requires nothing."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        if "$ref" not in content["schema"]:  # a file has no members
            continue
        body = schemas[_name(content)]
        needed = body.get("required", ())
        for name, member in body["properties"].items():
            if name not in needed and {"type": "null"} not in member.get("anyOf", ()):
                described = {"description": member.pop("description")} if "description" in member else {}
                body["properties"][name] = {"anyOf": [member, {"type": "null"}], **described}
        if media == "application/merge-patch+json":
            body.pop("required", None)


def _tell_moves(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """What `expand=allowed_moves` adds to a resource."""
    if operation["operationId"].endswith("_get") and any(
        p["name"] == "expand" for p in operation["parameters"]
    ):
        shape = schemas[_name(operation["responses"]["200"]["content"]["application/json"])]
        moves = {"type": "array", "items": {"type": "string"}, "description": "With `expand=allowed_moves`."}
        shape["properties"]["allowed_moves"] = moves


def _name(content: dict[str, Any]) -> str:
    """The component that a body or an answer refers to."""
    return str(content["schema"]["$ref"]).rsplit("/", 1)[-1]


def _may_422(operation: dict[str, Any]) -> bool:
    answer = operation["responses"].get("422", {})
    return MEDIA_TYPE in answer.get("content", {})


def _once(parameters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({(p["in"], p["name"].lower()): p for p in parameters}.values())

"""Routes as they are declared: a part of a service, operation by operation, before it runs anywhere.

The signature of an endpoint is its declaration (`shared.http.signature`); how it runs is said in `shared.http.running`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from inspect import getdoc
from typing import Any, TypedDict, TypeVar, Unpack, get_args

from fastapi import APIRouter
from pydantic import BaseModel

from shared.contracts.language import CATALOGUE, Aggregate, entry_of
from shared.http.operation import Method, Operation, Parameter, Session
from shared.http.query import parameters_of
from shared.http.running import Declared, Endpoint, KernelRoute, Refused
from shared.http.serving import Serving
from shared.http.signature import Signature, WrongRoute, signature_of

E = TypeVar("E", bound=Endpoint)


class Options(TypedDict, total=False):
    """What a decorator says of an operation that its signature cannot. The members mean what `Operation` says of them."""

    scope: str | None
    status: int
    media_type: str
    body_limit: int
    parameters: tuple[Parameter, ...]
    headers: tuple[Parameter, ...]
    produces: tuple[str, ...]
    needs_match: bool
    needs_key: bool
    takes_file: bool
    most_files: int
    answers_parts: bool
    public: bool
    any_query: bool
    ignores_body: bool
    session: Session
    refusals: tuple[int, ...]


class Routes:
    """The routes of a part of a service, before it runs: `mount` puts them into a FastAPI router."""

    def __init__(
        self, service: str, tag: str, *, pages: bool = False, names_service: bool = False, about: str = ""
    ) -> None:
        self.service = service
        self.tag = tag
        self._about = about
        self.pages = pages
        """Pages stand at the root and are no part of the API's document."""
        self.names_service = names_service
        """Whether operation ids begin with the service, because others have operations at the same paths."""
        self.declared: list[Declared] = []
        self.registered: list[type[Aggregate]] = []
        """The aggregates whose register has its routes here."""

    @property
    def about(self) -> str:
        """What the tag means: what was given, or what its aggregate is."""
        shown = (of for declared in self.declared for of in aggregates_in(declared.shape))
        return self._about or (getdoc(next(shown, Aggregate)) or "").partition("\n\n")[0].replace("\n", " ")

    def add(
        self,
        path: str,
        endpoint: Endpoint,
        operation: Operation,
        *,
        verb: str = "",
        summary: str = "",
        description: str = "",
        shape: Any = None,
    ) -> None:
        """Declare one operation. What is not given here, and not in `operation`, the signature of `endpoint` says.

        Where routes are made from data, `verb` ends the operation id, and `shape` is what a success answers.
        """
        signature = signature_of(endpoint, path)
        where = f"{endpoint.__module__}.{endpoint.__qualname__}"
        shape = signature.answer if shape is None else shape
        summary = summary or signature.summary
        if not summary:
            raise WrongRoute(
                f"{where}: write a docstring; its first sentence is the summary of the operation"
            )
        operation = _completed(operation, signature, shape)
        if shape is None and operation.status != 204 and not self.pages:
            raise WrongRoute(f"{where}: say what it answers: `-> Answer[Shape]`, or `schema=` as JSON schema")
        if operation.takes is not None and operation.method in ("GET", "DELETE"):
            raise WrongRoute(f"{where}: {operation.method} has no body; what narrows an answer is a `query`")
        id = endpoint.__name__ if self.pages else self._id_of(operation.method, path, verb)
        description = description or signature.description or summary
        self.declared.append(Declared(path, endpoint, operation, signature, id, summary, description, shape))

    def _id_of(self, method: Method, path: str, verb: str) -> str:
        id = operation_id(method, path, verb)
        return f"{self.service}_{id}" if self.names_service else id

    def _route(self, method: Method, path: str, schema: Any, options: Options) -> Callable[[E], E]:
        def declare(endpoint: E) -> E:
            self.add(path, endpoint, _operation(endpoint, method, self.service, options), shape=schema)
            return endpoint

        return declare

    def get(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """Declare the function below as GET of `path`. `schema`: a JSON schema of what no shape describes."""
        return self._route("GET", path, schema, options)

    def post(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of POST; an endpoint that answers None answers 204."""
        return self._route("POST", path, schema, options)

    def put(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of PUT."""
        return self._route("PUT", path, schema, options)

    def patch(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of PATCH."""
        return self._route("PATCH", path, schema, options)

    def delete(self, path: str, *, schema: Any = None, **options: Unpack[Options]) -> Callable[[E], E]:
        """The same of DELETE."""
        return self._route("DELETE", path, schema, options)


def _operation(endpoint: Endpoint, method: Method, service: str, options: Options) -> Operation:
    """As the options say. The scope is the service's `read` for GET and `write` otherwise; nobody's where it is public."""
    if unknown := options.keys() - Options.__annotations__.keys():
        raise WrongRoute(
            f"{endpoint.__module__}.{endpoint.__qualname__}: a route has no option {', '.join(sorted(unknown))}; it has"
            f" {', '.join(Options.__annotations__)}"
        )
    scope = None if options.get("public") else f"{service}.{'read' if method == 'GET' else 'write'}"
    return Operation(**{"method": method, "scope": scope, **options})  # type: ignore[arg-type]


def _completed(operation: Operation, signature: Signature, shape: Any) -> Operation:
    """The operation with what the signature says of it."""
    if operation.takes is None and signature.body is not None:
        operation = replace(operation, takes=signature.body)
    if signature.query is not None:
        parameters = (*parameters_of(signature.query), *operation.parameters)
        operation = replace(operation, query=signature.query, parameters=parameters)
    if signature.answers_nothing:
        operation = replace(operation, status=204)
    if not operation.restricted and any(entry_of(of).is_restricted for of in aggregates_in(shape)):
        operation = replace(operation, restricted=True)
    return operation


_ON_ONE = {"GET": "get", "PUT": "put", "PATCH": "revise", "DELETE": "archive"}


def operation_id(method: Method, path: str, verb: str = "") -> str:
    """`risks_assess` of POST `/v1/risks/{id}/assess`: the words of the path, and the verb where the path has none.

    A verb that is given follows the collection.
    """
    segments = [segment for segment in path.split("/") if segment not in ("", "v1")]
    words = [s.partition(".")[0].replace("-", "_") for s in segments if not s.startswith("{")]
    if verb:
        return f"{words[0]}_{verb.replace('-', '_')}"
    if segments[-1].startswith("{"):
        words.append(_ON_ONE.get(method, "create"))
    elif method == "POST" and len(words) == len(segments):
        words.append("create")
    elif method not in ("GET", "POST"):
        words.append(_ON_ONE[method])
    return "_".join(words)


def aggregates_in(shape: Any) -> Iterator[type[Aggregate]]:
    """The aggregates that an answer of this shape shows, in its members too."""
    if isinstance(shape, type) and issubclass(shape, Aggregate) and shape in CATALOGUE:
        yield shape
    elif isinstance(shape, type) and issubclass(shape, BaseModel):
        for member in shape.model_fields.values():
            yield from aggregates_in(member.annotation)
    for part in get_args(shape):
        yield from aggregates_in(part)


def mount(
    parts: Sequence[Routes], router: APIRouter, kernel: Callable[[], Serving], refused: Refused
) -> None:
    """Put the declared routes into a FastAPI router, each run by the kernel; `refused` answers refusals."""
    for part in parts:
        router.routes.extend(KernelRoute(part, declared, kernel, refused) for declared in part.declared)

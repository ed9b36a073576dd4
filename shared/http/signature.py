"""What the signature of an endpoint declares: path, query, body, answer, summary and description.

    async def assess(call: Call, id: Id, body: Rating) -> Risk:
        \"\"\"Assess: rate a risk. From identified to assessed.\"\"\"

`call` comes first. `body` and `query` have these names; every other parameter stands in the path. All of it is read
when the route is declared, and what is wrong is refused then (`WrongRoute`), with the place and what to write instead.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from shared.contracts.language import Aggregate
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.query import Query

_SENTENCE = re.compile(r"(.+?)\.(?:\s+|$)(.*)", re.DOTALL)
_NAMES = re.compile(r"\{([^}]*)\}")


class WrongRoute(TypeError):
    """A route whose declaration cannot hold."""


@dataclass(frozen=True)
class Signature:
    """An endpoint, as its annotations and its docstring declare it."""

    path: Mapping[str, Any]
    """Parameter of the path -> its annotation, in the order of the path."""
    body: Any
    """The annotation of `body`; None where the endpoint takes none."""
    query: type[Query] | None
    answer: Any
    """The shape of a success; None where the signature does not say it."""
    answers_nothing: bool
    summary: str
    description: str

    @property
    def ids(self) -> tuple[str, ...]:
        """The parameters of the path that are ids."""
        return tuple(name for name, kind in self.path.items() if kind == Id)


def signature_of(endpoint: Callable[..., Any], path: str) -> Signature:
    """Read what `endpoint` declares for `path`; WrongRoute where something is missing or contradicts."""
    where = f"{endpoint.__module__}.{endpoint.__qualname__}"
    try:
        signature = inspect.signature(endpoint, eval_str=True)
    except NameError as error:
        raise WrongRoute(f"{where}: an annotation cannot be read: {error}") from error
    parameters = dict(signature.parameters)
    _check_parameters(where, parameters)
    body, query = (parameters.pop(name, None) for name in ("body", "query"))
    summary, description = texts_of(endpoint)
    returned = signature.return_annotation
    return Signature(
        path=_path(where, path, {name: parameter.annotation for name, parameter in parameters.items()}),
        body=_body(where, body.annotation) if body else None,
        query=_query(where, query.annotation) if query else None,
        answer=_answer(where, returned),
        answers_nothing=returned is None,
        summary=summary,
        description=description,
    )


def _check_parameters(where: str, parameters: dict[str, inspect.Parameter]) -> None:
    """Every one can be given by name and says its type; takes `call` out."""
    first = next(iter(parameters), None)
    if first is None or parameters.pop(first).annotation is not Call:
        raise WrongRoute(f"{where}: the first parameter is `call: Call`")
    for name, parameter in parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise WrongRoute(f"{where}: `{name}` cannot be given by its name")
        if parameter.annotation is parameter.empty:
            raise WrongRoute(f"{where}: `{name}` has no annotation, which would say what it holds")


def _path(where: str, path: str, declared: dict[str, Any]) -> dict[str, Any]:
    names = _NAMES.findall(path)
    for name in names:
        if name not in declared:
            raise WrongRoute(f"{where}: `{{{name}}}` of {path} is not a parameter of the function")
        _check_text(where, name, declared[name])
    for name in declared:
        if name not in names:
            raise WrongRoute(
                f"{where}: `{name}` does not stand in {path}; what is sent besides is `body`, a model, or"
                " `query`, a `Query`"
            )
    return {name: declared[name] for name in names}


def _check_text(where: str, name: str, kind: Any) -> None:
    if kind is str and (name == "id" or name.endswith("_id")):
        raise WrongRoute(
            f"{where}: `{name}: str` would not be checked; write `{name}: Id` (shared.http.path)"
        )
    if kind is not str and not (get_origin(kind) is Annotated and get_args(kind)[0] is str):
        raise WrongRoute(
            f"{where}: `{name}` stands in the path, which holds texts: `Id`, or another kind of `str`"
        )


def _body(where: str, kind: Any) -> Any:
    if kind is Any or (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return kind
    raise WrongRoute(f"{where}: `body` is not a model, but {kind}")


def _query(where: str, kind: Any) -> type[Query]:
    if isinstance(kind, type) and issubclass(kind, Query):
        return kind
    raise WrongRoute(f"{where}: `query` is not a `Query` (shared.http.query), but {kind}")


def _answer(where: str, kind: Any) -> Any:
    """The shape in `-> Risk` and in `-> Answer[RiskExposure]`; None for an `Answer` of nobody knows what."""
    if kind is inspect.Signature.empty:
        raise WrongRoute(f"{where}: say what it answers: an aggregate, `Answer[Shape]`, `Answer`, or None")
    if kind is None or kind is Any or kind is Answer:
        return None
    if get_origin(kind) is Answer:
        return get_args(kind)[0]
    if isinstance(kind, type) and issubclass(kind, Aggregate):
        return None if kind is Aggregate else kind
    if kind == Answer | Aggregate:
        return None
    raise WrongRoute(
        f"{where}: it answers {kind}, which is no aggregate: answer its bytes, as `Answer[Shape]`"
    )


def texts_of(endpoint: Callable[..., Any]) -> tuple[str, str]:
    """(summary, description): the docstring's first sentence without its stop, and what follows it, unwrapped."""
    text = inspect.getdoc(endpoint) or ""
    paragraphs = [" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text)]
    whole = "\n\n".join(paragraphs)
    match = _SENTENCE.fullmatch(whole)
    return (match[1], match[2]) if match else (whole, "")

"""What an operation is, apart from how it runs: its parameters, body, scope and answers, as data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel

from shared.base import strict_json
from shared.http.auth import Principal
from shared.http.call import Call

BODY_LIMIT = 1024 * 1024
FORM = "application/x-www-form-urlencoded"

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Session = Callable[[Call], Awaitable[Principal]]
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Deferred:
    """A shape that no request needs, or only the first one: it is made when it is asked for."""

    make: Callable[[], type[BaseModel]]

    @cached_property
    def shape(self) -> type[BaseModel]:
        return self.make()


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query, or a header that only some operations read, as OpenAPI tells it."""

    name: str
    description: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False
    most: int | None = None
    """How many values it may be given; None: as many as an address holds."""
    reduces: bool = False
    """Whether it leaves members out of the answer, required ones too. No schema can say so: the document describes the
    whole answer, and no values by which a tool would ask for another one."""

    is_map: bool = False
    """Whether it is given as `name[key]=value`, for keys that only the instance knows."""

    def to_openapi(self) -> dict[str, Any]:
        schema = {"type": "array", "items": self.schema} if self.many else self.schema
        if self.most is not None:
            schema = schema | {"maxItems": self.most}
        documented = {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.description,
            "schema": schema,
        }
        if self.is_map:
            return documented | {"style": "deepObject", "explode": True}
        return documented | ({"style": "form", "explode": True} if self.many else {})


@dataclass(frozen=True)
class Operation:
    """What the kernel must know of an operation beyond its endpoint."""

    method: Method
    scope: str | None
    """What the caller must be allowed to; None: nothing, whoever has a token may (or anybody, where it is public)."""
    other_scopes: tuple[str, ...] = ()
    """Each lets a caller in that lacks `scope`: what a part of the request needs is then asked for that part."""
    status: int = 200
    takes: "type[BaseModel] | Deferred | None" = None
    """The shape of its body; None where it has none."""
    query: type[BaseModel] | None = None
    """What its endpoint is given of the query; `parameters` has all of its members too."""
    fills: Callable[[Call, Content], Awaitable[Content]] | None = None
    """What is added to the content of a body before it is checked; the same object where that is nothing."""
    media_type: str = "application/json"
    body_limit: int = BODY_LIMIT
    items_limit: int = strict_json.LARGEST_ARRAY
    """Items that an array which is a member of the body may have: counted while they are read."""
    is_raw: bool = False
    """Whether the endpoint is given the body as it was sent, and has it read where no event loop waits."""
    parameters: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    produces: tuple[str, ...] = ("application/json",)
    needs_match: bool = False
    needs_key: bool = False
    takes_file: bool = False
    """Whether its body is a file, which stands in `call.spooled`; a form of a page may bring one, which stands in
    `call.sent_file`."""
    most_files: int = 1
    """So many files a form of a page may bring; they stand in `call.sent_files`."""
    answers_parts: bool = False
    """Whether a Range is answered with that part of the content (206)."""
    puts: bool = False
    """By external key: what somebody else has just made with that key is put, not refused."""
    public: bool = False
    any_query: bool = False
    """Whether its query may name anything: a page hands it on to a service, which refuses what it does not know."""
    ignores_body: bool = False
    """Whether it takes any body, of any type, and reads nothing of it: what decides stands in the address."""
    session: Session | None = None
    """Who a browser's cookie stands for, on pages and their streams; anywhere else only a bearer token counts."""
    refusals: tuple[int, ...] = ()
    restricted: bool = False
    """Whether it shows or changes what is restricted: then it needs the service's scope `restricted` too."""

    @property
    def body(self) -> type[BaseModel] | None:
        """The shape of its body, which is made now if nobody needed it before."""
        return self.takes.shape if isinstance(self.takes, Deferred) else self.takes

    @property
    def scopes(self) -> tuple[str, ...]:
        """All that the token must carry."""
        if self.scope is None:
            return ()
        return (
            (self.scope, f"{self.scope.partition('.')[0]}.restricted") if self.restricted else (self.scope,)
        )

    @property
    def query_names(self) -> frozenset[str] | None:
        """The parameters that it has; None where any will do."""
        names = frozenset(f"{p.name}[*]" if p.is_map else p.name for p in self.parameters)
        return None if self.any_query else names

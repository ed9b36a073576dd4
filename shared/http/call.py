"""A call: one authenticated request with its parts read and checked, and the unit of work it writes with."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import getrandbits
from typing import Any, Generic
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.requests import Request
from typing_extensions import TypeVar

from shared.base.clock import now, parse_as_of
from shared.base.errors import Fault, Forbidden, Invalid, Malformed
from shared.base.texts import Text
from shared.contracts.language import Aggregate
from shared.domain.access.grants import grants_in, have_changed, rights_of
from shared.domain.access.rights import Rights, Sight
from shared.domain.work import Match, Work
from shared.http.auth import Principal
from shared.http.serving import Serving
from shared.http.spooled import SentFile, Spooled
from shared.store.outbox import Origin

M = TypeVar("M", bound=BaseModel)
S = TypeVar("S", default=Any)

URL_LIMIT = 8 * 1024
"""Bytes of path and query."""
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE = re.compile(r"[\x20-\x7e]{1,512}")
_TAGS = re.compile(
    r'\s*(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,\s*(?:(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"\s*)?)*'
)
_TAG = re.compile(r'(W/)?("[^"]*")')
_VERSION = re.compile(r'"([0-9]{1,15})"')
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")


@dataclass(slots=True)
class Trace:
    """The ids that connect a request with its log lines, its events and other systems."""

    trace_id: str
    request_id: str
    traceparent: str
    """As the caller sent it, since this service makes no spans; otherwise a new one that is not sampled."""
    tracestate: str | None = None


def trace_of(headers: dict[bytes, bytes]) -> Trace:
    """The ids that the caller sent, or new ones."""
    sent_parent = headers.get(b"traceparent")
    parent = _TRACEPARENT.fullmatch(sent_parent.decode("latin-1")) if sent_parent else None
    trace_id = parent[1] if parent else f"{getrandbits(128):032x}"
    sent_id = headers.get(b"x-request-id", b"").decode("latin-1")
    request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else trace_id
    if parent is None:
        return Trace(trace_id, request_id, f"00-{trace_id}-{getrandbits(64) or 1:016x}-00")
    state = headers.get(b"tracestate", b"").decode("latin-1").strip()
    return Trace(trace_id, request_id, parent[0], state if _TRACESTATE.fullmatch(state) else None)


@dataclass(slots=True)
class Answer(Generic[S]):
    """What goes back: bytes, once made. `Answer[RiskExposure]` says to readers and to the document what they hold."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    """By name; a value of several lines is sent as so many headers, as several cookies need."""
    media_type: str = "application/json"
    stream: Any = None
    """An async iterator of bytes instead of `body`."""


class Pending(ABC):
    """A result whose answer is only known after the commit (a batch, whose items may fail singly)."""

    @abstractmethod
    def answer(self, call: "Call") -> Answer: ...

    @abstractmethod
    def reference(self, call: "Call") -> dict[str, Any]:
        """What the idempotency row keeps: from it the same answer can be given again."""


class Call(Request):
    """One request to one operation. FastAPI sees a Request; the kernel fills in what it has checked."""

    kernel: Serving
    principal: Principal
    rights: Rights
    """What the principal sees and may do here."""
    rights_mark: str | None = None
    """Of the last change of memberships and nodes that `rights` know."""
    needs: frozenset[str] = frozenset()
    """The scopes that the operation asks for."""
    trace: Trace
    sent: dict[bytes, bytes]
    query: dict[str, list[str]]
    body_hash: str
    body_value: Any
    work: Work
    by_cookie: "Callable[[Call], Awaitable[Principal]] | None" = None
    """What identified the principal by a cookie; None where a bearer token did."""
    replied: dict[str, str]
    """Headers that the endpoint adds to the answer."""
    spooled: Spooled | None = None
    """The file that the request brought."""
    sent_files: tuple[SentFile, ...] = ()
    """The files that a form brought; `spooled` is the first one."""

    @property
    def service(self) -> str:
        return self.kernel.service

    @property
    def sent_file(self) -> SentFile | None:
        """The file of a form that brings one."""
        return self.sent_files[0] if self.sent_files else None

    def let_go_of_files(self) -> None:
        """What the request brought is stored by now, or not wanted."""
        for content in (self.spooled, *(file.content for file in self.sent_files)):
            if content is not None:
                content.close()

    def header(self, name: str) -> str | None:
        value = self.sent.get(name.lower().encode())
        return None if value is None else value.decode("latin-1")

    def require(self, scope: str) -> None:
        """Refuse (403) unless the caller has the scope, by their token or by a membership."""
        if scope not in self.rights.offered:
            raise Forbidden(
                Text("the token lacks the scope {scope}", scope=scope), code="scope_missing", needs=scope
            )

    async def know_rights(self, *, as_remembered: bool = False) -> None:
        """What the principal sees and may do by now; a stream asks again and again. `as_remembered`: or a moment ago, for
        an answer that is made again where it `is_outdated`."""
        kernel = self.kernel
        self.rights = await rights_of(
            kernel.store, kernel.service, self.principal, kernel.settings.zone, as_remembered=as_remembered
        )
        self.rights_mark = grants_in(kernel.store).mark

    async def is_outdated(self) -> bool:
        """Whether rights have changed since they were read: an answer made meanwhile may show what is hidden by now."""
        kernel = self.kernel
        return await have_changed(kernel.store, kernel.service, self.principal, self.rights, self.rights_mark)

    @property
    def sight(self) -> Sight:
        """Which portfolios, programmes and projects the caller sees."""
        return self.rights.sight

    def may(self, verb: str) -> bool:
        return self.principal.may(f"{self.kernel.service}.{verb}")

    def tags(self, name: str) -> list[tuple[bool, str]] | None:
        """The entity tags of If-Match or If-None-Match (RFC 9110, 13.1) as (weak, tag); `*` is one by itself.

        None where the header is missing. An If-Match that cannot be read names nothing, so that nothing is changed; an
        If-None-Match that cannot be read is refused (Malformed), since naming nothing would let everything happen.
        """
        wire = name.encode()
        if wire not in self.sent:
            return None
        text = ", ".join(v.decode("latin-1") for n, v in self.scope["headers"] if n == wire)
        if text.strip() == "*":
            return [(False, "*")]
        if _TAGS.fullmatch(text):
            return [(bool(weak), tag) for weak, tag in _TAG.findall(text)]
        if name == "if-none-match":
            raise Malformed(
                "If-None-Match is not acceptable",
                Fault(
                    "invalid", 'write an ETag with its quotation marks, such as "3"', header="If-None-Match"
                ),
            )
        return []

    @property
    def if_match(self) -> Match | None:
        """What If-Match names, compared strongly; None where it is missing."""
        tags = self.tags("if-match")
        return None if tags is None else _match(tag for weak, tag in tags if not weak)

    @property
    def if_none_match(self) -> Match | None:
        """What If-None-Match names, compared weakly; None where it is missing."""
        tags = self.tags("if-none-match")
        return None if tags is None else _match(tag for _, tag in tags)

    @property
    def effective_at(self) -> datetime | None:
        """`Portolan-Effective-At`: a past instant, or the end of a past day; only those who import may send it. None
        where it is missing or names today, of which everything up to now has been."""
        if b"portolan-effective-at" not in self.sent:
            return None
        text = self.sent[b"portolan-effective-at"].decode("latin-1")
        self.require(f"{self.service}.import")
        zone, present = self.kernel.settings.zone, now()
        try:
            at = parse_as_of(text, zone)
        except ValueError as error:
            raise Invalid(
                Text("Portolan-Effective-At is not acceptable: {error}", error=error),
                Fault("invalid", "write 2026-06-01 or 2026-06-01T08:30:00Z", header="Portolan-Effective-At"),
            ) from error
        if text == present.astimezone(zone).date().isoformat():
            return None
        if at > present:
            raise Invalid(
                "Portolan-Effective-At lies in the future",
                Fault("in_the_future", "write a past moment", header="Portolan-Effective-At"),
            )
        return at

    def begin(self) -> Work:
        """A fresh unit of work for this call."""
        principal = self.principal
        origin = Origin(
            source=self.kernel.source,
            auth_type=principal.kind,
            auth_id=principal.subject,
            correlation_id=self.trace.request_id,
            traceparent=self.trace.traceparent,
            tracestate=self.trace.tracestate,
        )
        kernel = self.kernel
        self.work = Work(
            kernel.store, kernel.mirrors, origin, self.effective_at, principal.scopes,
            bool(self.query) and self.one("validate_only") == "true", kernel.settings, watch=kernel.watch,
            rights=self.rights, needs=self.needs, login=principal.login, caller=principal,
        )  # fmt: skip
        return self.work

    def one(self, name: str) -> str | None:
        """A query parameter that may be given once."""
        values = self.query.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise Malformed(
                Text("{name} is given twice", name=name), Fault("duplicate", "given twice", parameter=name)
            )
        return values[0]

    def answered(self, entity: Aggregate) -> bytes:
        return self.work.state_of(entity).encode()


def _match(tags: Iterable[str]) -> Match:
    """The versions behind tags of ours; others match none."""
    names = list(tags)
    versions = [_VERSION.fullmatch(tag) for tag in names]
    return Match(frozenset(int(version[1]) for version in versions if version), "*" in names)


def read_content(model: type[M], value: dict[str, Any], raw: bytes) -> M:
    """A request's content from its JSON, read and as it came: null and absent mean the same.

    ValidationError where it is not of the model; a member that the model does not know stays one.
    """
    if None in value.values():
        members = {n: v for n, v in value.items() if v is not None or n not in model.model_fields}
        raw = json.dumps(members).encode()
    return model.model_validate_json(raw, strict=True)


def read_form(raw: bytes) -> dict[str, str]:
    """The members of a submitted form, each given once."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed("the form cannot be read", code="malformed_form") from error
    if len(dict(pairs)) < len(pairs):
        raise Malformed("a member of the form is given twice", code="malformed_form")
    return dict(pairs)


def read_query(raw: bytes, names: frozenset[str] | None) -> dict[str, list[str]]:
    """The query parameters; malformed ones are refused (400), and unknown ones where `names` says which there are:
    `custom[*]` among them stands for `custom[<anything>]`."""
    if not raw:
        return {}
    try:
        if BROKEN_ESCAPE.search(raw):
            raise ValueError("a percent sign without two digits")
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    except (ValueError, UnicodeDecodeError) as error:
        raise Malformed("the query string cannot be read", code="malformed_query") from error
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        front, bracket, _ = name.partition("[")
        if names is not None and name not in names and not (bracket and f"{front}[*]" in names):
            raise Malformed(
                "a query parameter is not one of this operation",
                Fault("unknown_parameter", "not a parameter of this operation", parameter=name[:80]),
                code="unknown_parameter",
            )
        if any(ord(c) < 32 for c in value):
            raise Malformed(
                "control characters are not accepted", Fault("control", "not accepted", parameter=name)
            )
        query.setdefault(name, []).append(value)
    return query

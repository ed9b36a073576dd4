"""The pages as a client of the public API: every request carries the token of the person who looks."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from services.reporting.web import sessions
from services.reporting.web.reading import words_of
from services.reporting.web.session_tokens import token_of
from shared.base.errors import (
    BadGateway,
    DeadlineExceeded,
    Fault,
    Malformed,
    Refusal,
    Unauthenticated,
    Unavailable,
)
from shared.http.call import Call
from shared.http.spooled import Spooled
from shared.http.spooling import MEDIA_TYPE as FILE
from shared.store.content import PIECE, slices

COOKIE = "portolan_after"
"""What this browser wrote last, as `Portolan-Position` says it: pages that follow show it."""
REMEMBERED = timedelta(seconds=10)
LATE = (503, 504)
"""How a service answers that has not taken in what was written."""
WAIT_S, ATTEMPTS = 0.2, 10
"""A reference that another service made just now is waited for, so long at most."""

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    """What a service answered."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def is_refusal(self) -> bool:
        return self.status >= 400

    @property
    def problem(self) -> Refusal:
        """The refusal as it was answered."""
        faults = [
            Fault(
                str(f.get("code", "")),
                str(f.get("detail", "")),
                f.get("pointer"),
                f.get("parameter"),
                f.get("header"),
            )
            for f in self._body.get("errors", ())
        ]
        return self._problem(faults)

    def problem_at(self, pointer: str) -> Refusal:
        """The same, as what is wrong with one member: all that was sent stood in its control.

        A parameter of the request is nothing that people know: of it only the fault itself is said.
        """
        body, faults = self._body, self._body.get("errors", ())
        is_of_parameter = body["code"] == "invalid_parameter" and faults
        detail = faults[0]["detail"] if is_of_parameter else body["detail"]
        return self._problem([Fault(body["code"], detail, pointer)])

    @property
    def _body(self) -> dict[str, Any]:
        body = self.body if isinstance(self.body, dict) else {}
        return {"code": "refused", "detail": "", **body}

    def _problem(self, faults: Sequence[Fault]) -> Refusal:
        kind = Unauthenticated if self.status == 401 else Refusal
        problem = kind(str(self._body["detail"]), *faults, code=str(self._body["code"]))
        problem.status, problem.title = self.status, str(self._body.get("title", problem.title))
        return problem


class Api:
    """The API as the person of a call may use it."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._token = ""
        self._neighbours = call.kernel.neighbours
        self._after = call.cookies.get(COOKIE)
        self._headers = {
            "Accept": "application/json",
            "Accept-Language": words_of(call).language,
            "X-Request-ID": call.trace.request_id,
            "traceparent": call.trace.traceparent,
        }

    async def send(
        self, method: str, path: str, query: Query = (), body: Any = None, **headers: str
    ) -> Reply:
        """One request; header names are written with underscores. Refused are only requests that have no answer."""
        answer = await self._answer(method, path, query, body, **headers)
        is_json = "json" in answer.headers.get("content-type", "")
        return Reply(
            answer.status_code, msgspec.json.decode(answer.content) if is_json else None, answer.headers
        )

    async def content(self, path: str) -> bytes:
        """The body of a read as it was sent, however large; raises what the service refuses."""
        answer = await self._answer("GET", path, Accept_Encoding="identity")
        if answer.is_error:
            raise Reply(answer.status_code, msgspec.json.decode(answer.content), answer.headers).problem
        return answer.content

    async def send_file(self, path: str, name: str, content: Spooled) -> Reply:
        """Send a file to a service, a piece at a time."""
        headers = {"Content-Type": FILE, "Content-Length": str(content.size)}
        answer = await self._answer("POST", path, [("name", name)], _pieces(content), **headers)
        return Reply(answer.status_code, msgspec.json.decode(answer.content), answer.headers)

    async def part(self, path: str, start: int, length: int) -> httpx.Response:
        """So many bytes of a content from `start` on; raises what the service refuses."""
        range = f"bytes={start}-{start + length - 1}"
        answer = await self._answer("GET", path, Range=range, Accept="*/*", Accept_Encoding="identity")
        if answer.is_error:
            raise Reply(answer.status_code, msgspec.json.decode(answer.content), answer.headers).problem
        return answer

    async def _answer(
        self, method: str, path: str, query: Query = (), body: Any = None, **headers: str
    ) -> httpx.Response:
        self._token = self._token or await token_of(self.call)
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self._token}"
        content = body
        if body is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
        if body is not None and "json" in sent["Content-Type"]:
            content = msgspec.json.encode(body)
        client = self._neighbours.client(path.split("/")[1])
        try:
            return await client.request(method, path, params=list(query), content=content, headers=sent)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable("the service is not there at the moment", code="service_away") from error
        except httpx.TimeoutException as error:
            raise DeadlineExceeded("the service did not answer in time", code="service_silent") from error
        except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError) as error:
            # what was sent to the page fits into no address and no header
            raise Malformed("the form cannot be read", code="malformed_form") from error
        except httpx.TransportError as error:
            raise BadGateway("the service stopped before it answered") from error

    async def read(self, path: str, query: Query = (), **headers: str) -> Reply:
        """A read that shows what this browser wrote; without it, where the service has not taken it in in time."""
        if self._after:
            reply = await self.send("GET", path, query, Portolan_After=self._after, **headers)
            if reply.status not in (*LATE, 400):
                return reply
        return await self.send("GET", path, query, **headers)

    async def get(self, path: str, query: Query = (), **headers: str) -> Any:
        """The body of a read; raises what the service refuses."""
        reply = await self.read(path, query, **headers)
        if reply.is_refusal:
            raise reply.problem
        return reply.body

    async def write(self, method: str, path: str, body: Any, **headers: str) -> Reply:
        """A write; one that names what its service does not know yet is tried again for a moment."""
        for attempt in range(ATTEMPTS):
            reply = await self.send(method, path, (), body, **headers)
            is_late = reply.status == 409 and reply.problem.code == "reference_not_yet_known"
            if not is_late or attempt == ATTEMPTS - 1:
                break
            await asyncio.sleep(WAIT_S)
        return reply


async def _pieces(content: Spooled) -> AsyncIterator[bytes]:
    for start in slices(content.size):
        yield content.read(start, PIECE)


def pairs(query: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Every parameter with each of its values."""
    return [(name, value) for name, values in query.items() for value in values]


def position_cookie(call: Call, reply: Reply) -> dict[str, str]:
    """The header by which the next pages show what was written."""
    position = reply.headers.get("portolan-position")
    return {"Set-Cookie": sessions.set_cookie(call, COOKIE, position, REMEMBERED)} if position else {}

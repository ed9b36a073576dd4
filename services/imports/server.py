"""Requests of an import to one Portolan: what passes is waited out, everything else ends the import with a sentence."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from shared.base.texts import Text

PATIENCE_S = 60.0
"""How long one request is tried again before the import gives up."""
UNANSWERED_S = 10.0
"""The same before the server ever answered: one that goes away comes back, one that never was there does not."""
PASSING = (409, 429, 503, 504)
PER_PAGE = 200
MOST_VALUES = 100
"""Values of one member by which a list may be narrowed."""
URL_CHARACTERS = 5000
"""What values may take of an address, which has 8 KiB at most."""

Parameters = Sequence[tuple[str, str]]


class ImportFailed(Exception):
    """The server cannot be talked to, or refuses the import as a whole; then `status` says how. `reason` is a `Text` where
    pages say it too."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass
class Server:
    """One Portolan, with the token of whoever imports; pages and the command line give the client."""

    client: httpx.AsyncClient
    answered: bool = False
    """Whether it ever did."""
    effective_on: str = ""
    """The day from which on is true what batches bring; empty: that of the client, or now."""

    async def get(self, path: str, parameters: Parameters = ()) -> dict[str, Any]:
        answer = await self._answer("GET", path, params=list(parameters))
        return dict(answer.json())

    async def post(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """What a request is answered that may be sent again: it has an Idempotency-Key of its own."""
        headers = {"Idempotency-Key": uuid4().hex}
        answer = await self._answer("POST", path, json=dict(content), headers=headers)
        return dict(answer.json())

    async def pages(self, path: str, parameters: Parameters = ()) -> AsyncIterator[list[dict[str, Any]]]:
        """The items of a list, page by page."""
        query = [*parameters, ("limit", str(PER_PAGE))]
        cursor: list[tuple[str, str]] = []
        while True:
            page = await self.get(path, [*query, *cursor])
            yield page["items"]
            if page.get("next") is None:
                return
            cursor = [("cursor", page["next"])]

    async def those_with(
        self, path: str, member: str, values: Sequence[str], parameters: Parameters = ()
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """The items whose member has one of these values, which may be many."""
        for some in portions(values):
            async for items in self.pages(path, [*parameters, *((member, value) for value in some)]):
                yield items

    async def batch(
        self,
        collection: str,
        items: list[dict[str, Any]],
        parameters: Mapping[str, str],
        until: float | None = None,
    ) -> list[dict[str, Any]]:
        """What became of each item of a batch, which has an Idempotency-Key of its own."""
        headers = {"Idempotency-Key": uuid4().hex}
        if self.effective_on:
            headers["Portolan-Effective-At"] = self.effective_on
        path = f"/{collection}/batch"
        answer = await self._answer(
            "POST", path, until, params=parameters, json={"items": items}, headers=headers
        )
        return list(answer.json()["items"])

    async def _answer(
        self, method: str, path: str, until: float | None = None, **request: Any
    ) -> httpx.Response:
        until = monotonic() + PATIENCE_S if until is None else until
        while True:
            try:
                answer = await self._send(method, path, **request)
            except httpx.TransportError as error:
                if monotonic() >= until - (0 if self.answered else PATIENCE_S - UNANSWERED_S):
                    raise not_reached(self.client, error) from error
                await asyncio.sleep(1)
                continue
            self.answered = True
            if answer.is_success:
                return answer
            if answer.status_code not in PASSING or monotonic() >= until:
                reason = Text(
                    "{path}: {status} {detail}", path=path, status=answer.status_code, detail=detail(answer)
                )
                raise ImportFailed(reason, answer.status_code)
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        return await self.client.request(method, path, **request)


def not_reached(client: httpx.AsyncClient, error: httpx.TransportError) -> ImportFailed:
    """Nobody answers there."""
    reason = str(error) or type(error).__name__
    return ImportFailed(
        Text("{address} cannot be reached: {reason}", address=str(client.base_url), reason=reason)
    )


def portions(values: Sequence[str]) -> list[list[str]]:
    """Values in portions that an address can hold."""
    portioned: list[list[str]] = []
    room = 0
    for value in values:
        length = 20 + 3 * len(value.encode()) if not value.isalnum() else 20 + len(value)
        if not portioned or room < length or len(portioned[-1]) == MOST_VALUES:
            portioned.append([])
            room = URL_CHARACTERS
        portioned[-1].append(value)
        room -= length
    return portioned


def detail(answer: httpx.Response) -> str:
    """What a refusal says; that of a proxy is not a problem document."""
    try:
        return str(answer.json().get("detail", ""))
    except (ValueError, AttributeError):
        return answer.text[:200]

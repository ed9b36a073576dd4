"""Questions to an instance that may be busy or away for a moment."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx

from services.imports.upserts import detail

PATIENCE_S = 60.0
"""How long one question is asked again."""
PASSING = (429, 503)


class ExportFailed(Exception):
    """Why there is no export; nothing of it is left."""


async def ask(
    client: httpx.AsyncClient, path: str, params: Mapping[str, Any] | None = None
) -> httpx.Response:
    """The answer to a GET; ExportFailed where it is refused, or where none comes in `PATIENCE_S`."""
    return _checked(path, await _answer(client, client.build_request("GET", path, params=params)))


@asynccontextmanager
async def streamed(client: httpx.AsyncClient, path: str) -> AsyncIterator[httpx.Response]:
    """An answer that may be too large for the memory; the caller looks at its status. ExportFailed where none comes."""
    answer = await _answer(client, client.build_request("GET", path), is_streamed=True)
    try:
        yield answer
    except httpx.TransportError as error:
        raise _unanswered(path, error) from error
    finally:
        await answer.aclose()


async def _answer(
    client: httpx.AsyncClient, request: httpx.Request, is_streamed: bool = False
) -> httpx.Response:
    """The first answer that does not pass, or the last one in `PATIENCE_S`."""
    until = monotonic() + PATIENCE_S
    while True:
        try:
            answer = await client.send(request, stream=is_streamed)
        except httpx.TransportError as error:
            if monotonic() >= until:
                raise _unanswered(request.url.path, error) from error
            await asyncio.sleep(0.5)
            continue
        if answer.status_code not in PASSING or monotonic() >= until:
            return answer
        await answer.aclose()
        await asyncio.sleep(_pause(answer))


def _unanswered(path: str, error: httpx.TransportError) -> ExportFailed:
    return ExportFailed(f"{path} is not answered: {error or type(error).__name__}")


def _pause(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), 10.0) if text.isascii() and text.isdigit() else 0.5


def _checked(path: str, answer: httpx.Response) -> httpx.Response:
    if answer.is_success and "json" in answer.headers.get("content-type", ""):
        return answer
    if answer.is_success:
        raise ExportFailed(f"{path} is not answered as Portolan does: give the --url of the front door")
    raise ExportFailed(f"{path} answers {answer.status_code}: {detail(answer) or answer.reason_phrase}")

"""The record of an import, kept while it runs: what its client writes is noted in reporting, so that it can be taken back.

    async with recorded(client, About("projects.csv", "sheet", ("projects.project",))) as recording:
        ...                                             # whatever the client writes is noted
        recording.counts = {"created": 12, "refused": 1}

It listens to the answers that the client gets, whoever sends the requests. Every request of the import carries the same
X-Request-ID (`import-<id>`), by which the history tells what followed from the import.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from services.imports.interrupted import IMPORTS, Earlier, earlier_part, interrupted, not_noted
from services.imports.server import ImportFailed, Server
from shared.base.ids import is_canonical
from shared.base.texts import Text

__all__ = ["IMPORTS", "About", "Recording", "begin", "correlation_of", "recorded"]

MOST_AT_ONCE = 500
MOST_WAITING = 100
LONGEST_WAIT_S = 5.0
"""What is written one by one is noted together: so many at once, and no later than the next after so many seconds."""
CORRELATION = "X-Request-ID"
EFFECTIVE = "Portolan-Effective-At"
LONGEST_LINE = 300
LONGEST_MAPPING = 100_000
MOST_CODES = 300
_CODE = re.compile("[a-z][a-z0-9_]{0,59}")
_QUIETLY = ("validate_only", "true")


@dataclass(frozen=True)
class About:
    """What is imported."""

    file: str
    source: str
    registers: tuple[str, ...]
    """`projects.project`, in the order of the stages."""
    file_hash: str = ""
    """SHA-256, in hexadecimal digits."""
    mapping: str = ""
    expected: Mapping[str, int] | None = None
    """What a trial has given: `created`, `changed`, `unchanged`, `refused`, `left_out`."""

    def to_json(self) -> dict[str, Any]:
        visible = "".join(sign if sign.isprintable() else " " for sign in self.file).strip()
        content: dict[str, Any] = {"file": visible[:LONGEST_LINE] or "-", "source": self.source}
        content["registers"] = list(dict.fromkeys(self.registers))
        content |= {"file_hash": self.file_hash} if self.file_hash else {}
        content |= {"mapping": self.mapping[:LONGEST_MAPPING]} if self.mapping else {}
        return content | ({"expected": dict(self.expected)} if self.expected is not None else {})


class _Undated(Server):
    """Requests that tell of now, whatever day the import tells of."""

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        built = self.client.build_request(method, path, **request)
        built.headers.pop(EFFECTIVE, None)
        return await self.client.send(built)


def correlation_of(id: str) -> str:
    """What all that an import writes is marked with."""
    return f"import-{id}"


@dataclass
class Recording:
    """Notes what one client writes."""

    client: httpx.AsyncClient
    id: str
    counts: Mapping[str, int] | None = None
    """What became of the rows, once that is known."""
    findings: Mapping[str, int] = field(default_factory=dict)
    """Code -> how many findings."""
    waiting: list[dict[str, Any]] = field(default_factory=list)
    waits_since: float = 0.0
    earlier: Earlier | None = None
    """What was made before the import was interrupted; None where it was not."""

    def __post_init__(self) -> None:
        self.server = _Undated(self.client)

    async def hear(self, answer: httpx.Response) -> None:
        """Note what a request has made; the caller is given the answer afterwards."""
        request = answer.request
        if request.method == "GET" or not answer.is_success or request.url.path.startswith("/reporting/"):
            return
        if _QUIETLY in request.url.params.multi_items():
            return
        await answer.aread()
        is_batch = request.url.path.endswith("/batch")
        await self._add(_of_batch(request, answer) if is_batch else _of_one(request, answer), is_batch)

    async def _add(self, entries: list[dict[str, Any]], at_once: bool) -> None:
        if not self.waiting:
            self.waits_since = monotonic()
        self.waiting += entries
        is_late = monotonic() - self.waits_since > LONGEST_WAIT_S
        if at_once or is_late or len(self.waiting) >= MOST_WAITING:
            await self.flush()

    async def flush(self) -> None:
        """Note all that waits."""
        entries, self.waiting = self.waiting, []
        for start in range(0, len(entries), MOST_AT_ONCE):
            some = entries[start : start + MOST_AT_ONCE]
            try:
                await self.server.post(f"{IMPORTS}/{self.id}/add-entries", {"entries": some})
            except ImportFailed as failed:
                reason = Text(
                    "the record of the import cannot be kept any more: {reason}", reason=failed.reason
                )
                raise ImportFailed(reason) from failed

    async def note_the_rest(self) -> None:
        """Note what was written before the interruption and is not noted yet."""
        if self.earlier is not None:
            await self.flush()
            self.waiting = await not_noted(self.server, self.earlier)
        await self.flush()

    async def end(self, *, stopped: bool = False) -> None:
        await (self.flush() if stopped else self.note_the_rest())
        codes = [code for code in self.findings if _CODE.fullmatch(code)][:MOST_CODES]
        content: dict[str, Any] = {
            "stopped": stopped,
            "findings": {code: self.findings[code] for code in codes},
        }
        content |= {} if self.counts is None else {"counts": self._all_counts(self.counts)}
        await self.server.post(f"{IMPORTS}/{self.id}/end", content)

    def _all_counts(self, counts: Mapping[str, int]) -> dict[str, int]:
        return dict(counts) if self.earlier is None else self.earlier.added_to(counts)


async def begin(client: httpx.AsyncClient, about: About) -> Recording:
    """Begin the record, or go on with that of the same import where it was interrupted; from now on what the client writes is
    noted. ImportFailed, before anything is written, where the record cannot be kept."""
    try:
        return await _resumed(client, about) or await _new_record(client, about)
    except ImportFailed as failed:
        reason = Text(
            "nothing is imported, because no record of it can be kept: {reason}", reason=failed.reason
        )
        raise ImportFailed(reason) from failed


async def _new_record(client: httpx.AsyncClient, about: About) -> Recording:
    record = await _Undated(client).post(IMPORTS, about.to_json())
    return _listening(Recording(client, record["id"]))


async def _resumed(client: httpx.AsyncClient, about: About) -> Recording | None:
    """The record of the same import where it was interrupted, with all that it had made; None where there is none."""
    server = _Undated(client)
    record = await interrupted(server, about.to_json())
    if record is None:
        return None
    earlier = await earlier_part(server, record, correlation_of(record["id"]))
    try:
        await server.post(f"{IMPORTS}/{record['id']}/resume", {})
    except ImportFailed as failed:
        if failed.status in (404, 409):  # somebody else's, or ended by another run meanwhile
            return None
        raise
    recording = Recording(client, record["id"], earlier=earlier)
    await recording.note_the_rest()
    return _listening(recording)


def _listening(recording: Recording) -> Recording:
    recording.client.headers[CORRELATION] = correlation_of(recording.id)
    recording.client.event_hooks["response"].append(recording.hear)
    return recording


@asynccontextmanager
async def recorded(
    client: httpx.AsyncClient, about: About, *, is_trial: bool = False, has_rows: bool = True
) -> AsyncIterator[Recording]:
    """The record of what is done in the block; it ends with it, as stopped where the block fails. Of a trial there is none,
    and the recording has no id. Where nothing is to be written, only an import that was interrupted comes to its end."""
    recording = None
    if not is_trial:
        recording = await (begin(client, about) if has_rows else _resumed(client, about))
    if recording is None:
        yield Recording(client, "")
        return
    try:
        yield recording
    except BaseException:
        await _end_after_failure(recording)
        raise
    else:
        await recording.end()
    finally:
        client.event_hooks["response"].remove(recording.hear)
        del client.headers[CORRELATION]


async def _end_after_failure(recording: Recording) -> None:
    """What is not said now is found out when the import is taken back."""
    try:
        await recording.end(stopped=True)
    except ImportFailed:
        return


def _of_batch(request: httpx.Request, answer: httpx.Response) -> list[dict[str, Any]]:
    items = json.loads(request.content)["items"]
    entries = []
    for result in answer.json()["items"]:
        if "resource" in result and result["changed"]:
            change = _change(result["status"], items[result["index"]])
            entries.append(_entry(request, result["resource"], change))
    return entries


def _change(status: int, item: Mapping[str, Any]) -> str:
    if status == 201:
        return "created"
    return "archived" if item.get("archived") is True else "changed"


def _of_one(request: httpx.Request, answer: httpx.Response) -> list[dict[str, Any]]:
    """What a POST, a PUT, a PATCH or a move has made; a change that changed nothing leaves the version."""
    resource = answer.json() if answer.content else {}
    if (
        not isinstance(resource, dict)
        or not is_canonical(str(resource.get("id")))
        or "version" not in resource
    ):
        return []
    if answer.status_code == 201:
        return [_entry(request, resource, "created")]
    if request.headers.get("if-match", "").strip('"') == str(resource["version"]):
        return []
    return [_entry(request, resource, "changed")]


def _entry(request: httpx.Request, resource: Mapping[str, Any], change: str) -> dict[str, Any]:
    collection = "/".join(request.url.path.split("/")[1:4])
    return {"collection": collection, "id": resource["id"], "version": resource["version"], "change": change}

"""An exported folder into an empty instance: files first, then all versions in the order in which they were written.

    manifest -> every file has its hash -> each service is empty -> files -> fields and organisation -> resources, finance,
    risk, projects -> the end of each

Each version is sent as it was. What followed from it in the other instance is in the folder too, so nothing follows here.
A run that was interrupted is run again: what is there already changes nothing.
"""

import asyncio
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import httpx
import msgspec

from services.exports.contents import contents_of, entries
from services.exports.exporting import FORMAT, FORMAT_VERSION, WITH_RECORDS
from services.exports.folder import MANIFEST
from services.exports.lines import Line
from services.imports.findings import Findings
from services.imports.history_checks import (
    NOT_IN,
    REFUSED,
    Coming,
    FolderCheck,
    damaged_files,
    numbered_lines,
)
from services.imports.upserts import PATIENCE_S, ImportFailed, Progress, detail
from shared.base.ids import new_id

ITEMS = 250
BYTES = 4 * 1024 * 1024
"""Of the versions that go in one request; a single one may be larger."""
FIRST = ("projects/field-definitions", "projects/organisations")
"""What the services know before anything that it concerns."""
ORDER = tuple(sorted(WITH_RECORDS, key=lambda service: service == "projects"))
"""Projects come last: then what was opened for them is there when others hear of them."""


class Manifest(msgspec.Struct):
    """What is read of a manifest."""

    format: str
    format_version: int
    counts: dict[str, dict[str, int]]
    files: dict[str, dict[str, Any]]
    made_for: dict[str, Any]

    @property
    def is_whole(self) -> bool:
        """Whether whoever made it saw everything, what is restricted included."""
        classes = self.made_for.get("classes", {}).values()
        return bool(self.made_for.get("sees_everything")) and all("restricted" in one for one in classes)


class Placed(NamedTuple):
    """A version with the collection and the line in which it stands."""

    name: str
    number: int
    line: Line


@dataclass
class Tally:
    """What became of the versions of a collection."""

    read_in: int = 0
    there: int = 0
    refused: int = 0


@dataclass
class HistoryReader:
    """One reading of one folder."""

    client: httpx.AsyncClient
    folder: Path
    findings: Findings
    progress: Progress = lambda what, done: None
    is_partial: bool = False
    """Whether it is read in although its maker did not see everything."""
    ends_anyway: bool = False
    """Whether the reading ends although versions were refused."""
    tallies: dict[str, Tally] = field(default_factory=dict)
    _position: str = ""
    """Of the last versions that were read in."""

    async def check(self) -> dict[str, Coming]:
        """What would come into each collection, with nothing sent; ImportFailed where nothing could be read in. Damaged files
        and lines are findings."""
        manifest = self._manifest()
        coming = await asyncio.to_thread(FolderCheck(self.folder, manifest, self.findings, self.progress).run)
        await self._refuse_other_records()
        return coming

    async def run(self) -> dict[str, Tally]:
        """Answers what became of each collection; ImportFailed where nothing can be read in, or the server goes away."""
        manifest = self._manifest()
        for name, reason in damaged_files(self.folder, manifest, self.progress):
            raise ImportFailed(f"{self.folder / name}: {reason}")
        await self._refuse_other_records()
        await self._send_files(manifest)
        for name in FIRST:
            await self._send(name.partition("/")[0], [name])
        await self._wait_until_known()
        for service in ORDER:
            await self._send(service, names_of(self.folder, service))
        if self.ends_anyway or not self.findings.lost:
            for service in ORDER:
                await self._post(f"/{service}/v1/history-import/end", {})
        return self.tallies

    def _manifest(self) -> Manifest:
        manifest = read_manifest(self.folder)
        if not (manifest.is_whole or self.is_partial):
            raise ImportFailed(
                f"{self.folder} has what {manifest.made_for.get('subject')} sees, which is not everything: what it names may"
                " be missing. Export it with more rights, or give --partial"
            )
        return manifest

    async def _refuse_other_records(self) -> None:
        for service in ORDER:
            answer = await self._ask("GET", f"/{service}/v1/history-import")
            state = answer.json()["state"]
            if state in ("in_use", "ended"):
                what = "has records already" if state == "in_use" else "has read in a history already"
                raise ImportFailed(
                    f"the {service} service {what}: a folder is read into an empty instance only"
                )

    # Files

    async def _send_files(self, manifest: Manifest) -> None:
        """Each file to the services whose aggregates name it."""
        for entry in entries():
            sent = set[str]()
            for line in lines_of(self.folder / entry.service / f"{entry.collection}.jsonl"):
                for content in contents_of(entry, msgspec.json.decode(line.state, type=dict[str, Any])):
                    name = f"files/{content.sha256}"
                    if name in manifest.files and name not in sent:
                        sent.add(name)
                        await self._send_file(entry.service, self.folder / name, content.name)

    async def _send_file(self, service: str, path: Path, name: str) -> None:
        headers = {"Content-Type": "application/octet-stream", "Idempotency-Key": str(new_id())}
        content = await asyncio.to_thread(path.read_bytes)
        await self._ask(
            "POST", f"/{service}/v1/files", params={"name": name}, content=content, headers=headers
        )
        self.progress("files", 1)

    # Versions

    async def _send(self, service: str, names: Iterable[str]) -> None:
        """All versions of some collections of a service, in the order of their positions."""
        batch: list[Placed] = []
        size = 0
        for one in self._in_order(names):
            length = len(one.line.state) + len(one.line.fact)
            if batch and (len(batch) == ITEMS or size + length > BYTES):
                await self._send_batch(service, batch)
                batch, size = [], 0
            batch.append(one)
            size += length
        if batch:
            await self._send_batch(service, batch)

    def _in_order(self, names: Iterable[str]) -> Iterator[Placed]:
        sources = [self._lines_named(name) for name in names]
        return heapq.merge(*sources, key=lambda one: one.line.position)

    def _lines_named(self, name: str) -> Iterator[Placed]:
        for number, line in _placed_lines(self.folder / f"{name}.jsonl"):
            yield Placed(name, number, line)

    async def _send_batch(self, service: str, batch: list[Placed]) -> None:
        items = [item_of(one.line) for one in batch]
        answer = await self._post(f"/{service}/v1/history-import/batch", {"items": items})
        self._position = answer.headers.get("Portolan-Position", self._position)
        for result in answer.json()["items"]:
            one = batch[result["index"]]
            tally = self.tallies.setdefault(one.name, Tally())
            if "problem" in result:
                tally.refused += 1
                self._find(one, result["problem"])
            elif result["changed"]:
                tally.read_in += 1
            else:
                tally.there += 1
        self.progress(service, len(batch))

    def _find(self, one: Placed, problem: dict[str, Any]) -> None:
        where = ", ".join(error.get("pointer", "") for error in problem["errors"])
        reason = f"version {one.line.version}: {problem['detail']} ({problem['code']}) {where}".strip()
        self.findings.add(f"{one.name}.jsonl", one.number, REFUSED, reason, NOT_IN, one.line.id, lost=True)

    async def _wait_until_known(self) -> None:
        """Until every service knows the organisation's own fields, by which it keeps their values."""
        for service in ORDER:
            if self._position and service != "projects":
                await self._ask("GET", f"/{service}/v1/me", headers={"Portolan-After": self._position})

    # Requests

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Idempotency-Key": str(new_id()), "Content-Type": "application/json"}
        return await self._ask("POST", path, content=msgspec.json.encode(body), headers=headers)

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer; 429, 503 and an away server are waited out. Sent again, a version that is there changes nothing."""
        until = monotonic() + PATIENCE_S
        while True:
            try:
                answer = await self.client.request(method, path, **request)
            except httpx.TransportError as error:
                if monotonic() >= until:
                    raise ImportFailed(f"{path} is not answered: {error or type(error).__name__}") from error
                await asyncio.sleep(0.5)
                continue
            if answer.is_success:
                return answer
            if answer.status_code not in (429, 503, 504) or monotonic() >= until:
                raise ImportFailed(f"{path} answers {answer.status_code}: {detail(answer)}")
            await asyncio.sleep(0.5)


def item_of(line: Line) -> dict[str, Any]:
    """A line as the service takes it."""
    return {
        "type": line.type, "id": line.id, "version": line.version, "effective_at": line.effective_at, "who": line.who,
        "who_type": line.who_type, "changed": line.changed, "fact": line.fact, "state": line.state,
    }  # fmt: skip


def lines_of(path: Path) -> Iterator[Line]:
    """The versions in a file, which may be missing; ImportFailed where a line is none."""
    return (line for _, line in _placed_lines(path))


def _placed_lines(path: Path) -> Iterator[tuple[int, Line]]:
    for number, line in numbered_lines(path):
        if isinstance(line, str):
            raise ImportFailed(f"{path}, line {number}: {line}")
        yield number, line


def names_of(folder: Path, service: str) -> list[str]:
    """The collections of a service in the folder that are not read in first."""
    names = sorted(f"{service}/{path.stem}" for path in (folder / service).glob("*.jsonl"))
    return [name for name in names if name not in FIRST]


def read_manifest(folder: Path) -> Manifest:
    """ImportFailed where the folder is no export that this version reads."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise ImportFailed(f"{folder} is no export: {MANIFEST} is missing") from None
    except (OSError, msgspec.DecodeError) as error:
        raise ImportFailed(f"{folder / MANIFEST} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise ImportFailed(f"{folder} is no export of Portolan")
    if manifest.format_version > FORMAT_VERSION:
        raise ImportFailed(
            f"{folder} was made by a newer version of Portolan, and cannot be read by this one"
        )
    return manifest

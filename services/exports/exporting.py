"""An export from begin to end: versions, files, plans, the workbook, the manifest."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from services.exports.asking import ExportFailed, ask
from services.exports.feed import Extent, Sight, events_of, extent_of
from services.exports.files import take_files
from services.exports.folder import Folder, new_folder
from services.exports.lines import Line, kind_of, line_of, write
from services.exports.standing import Standing
from services.exports.workbook import Workbook
from shared.base.clock import now_micros, to_wire
from shared.base.version import VERSION
from shared.contracts.forms import Entry, entry_by_key, index
from shared.domain.access.roles import SERVICES
from shared.domain.history import NEVER_PASSED_ON

FORMAT = "portolan-export"
FORMAT_VERSION = 1
WITH_RECORDS = tuple(service for service in SERVICES if service != "reporting")
OF_ONE_INSTANCE = "a key to one instance; its owner makes another one there"
NEVER_IN_IT = {
    "sessions, login links and passwords": "they belong to browsers and issuers; everybody logs in anew",
    "keys of the instance": "they are in its backup (`portolan backup`)",
    "answers to Idempotency-Keys, refused attempts, operations, pins and mails": "they are of this instance alone",
    "figures, sums and dashboards": "they are computed again from what is here",
    "values of sensitive fields of the organisation": "no event has them; whoever may reads them one by one",
}

Progress = Callable[[str, int], None]
"""Called with what is being exported, and how much more of it is done."""
Plan = Callable[[Mapping[str, Any], Iterable[Mapping[str, Any]]], bytes | None]
"""A project and its work packages as a plan file; None where it has none."""


@dataclass(frozen=True)
class Wishes:
    """What is wanted of an export."""

    as_of: date | None = None
    """Only what counts by the end of this day."""
    until: datetime | None = None
    """The end of that day."""
    language: str = "en"
    """Of the workbook."""
    plan: Plan | None = None
    progress: Progress = lambda what, done: None


@dataclass
class Export:
    """One export while it is made."""

    client: httpx.AsyncClient
    folder: Folder
    standing: Standing
    wishes: Wishes
    extents: dict[str, Extent] = field(default_factory=dict)
    sights: dict[str, Sight] = field(default_factory=dict)
    not_here: list[dict[str, Any]] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    """Versions that were met and are not taken, by kind."""
    source: str = ""
    """As the events name the instance."""

    async def run(self) -> dict[str, Any]:
        """Answers the manifest, without the list of the files."""
        me = (await ask(self.client, "/projects/v1/me")).json()
        for service in WITH_RECORDS:
            self.extents[service] = await extent_of(self.client, service)
        for service in WITH_RECORDS:
            await self._versions(service)
        self.standing.index()
        await take_files(self.client, self.folder, self.standing, self.not_here, self.wishes.progress)
        self._plans()
        sheets = self._workbook()
        manifest = self._manifest(me) | {"sheets": sheets, "positions": await self._positions()}
        self.folder.finish(manifest)
        return manifest

    async def _versions(self, service: str) -> None:
        entries, sight = entry_by_key(), self.sights.setdefault(service, Sight())
        until = None if self.wishes.until is None else to_wire(round(self.wishes.until.timestamp() * 1e6))
        async for events in events_of(self.client, service, self.extents[service], sight):
            lines: list[tuple[Entry, Line]] = []
            for event in events:
                line, kind = line_of(event), kind_of(event.type)
                entry = entries.get(kind)
                self.source = event.source
                if entry is None or kind in NEVER_PASSED_ON:
                    self.left_out[kind] = self.left_out.get(kind, 0) + 1
                elif until is None or line.effective_at <= until:
                    lines.append((entry, line))
                    self.folder.append(f"{service}/{entry.collection}.jsonl", write(line) + b"\n")
            self.standing.take(lines)
            self.wishes.progress(service, len(events))

    def _plans(self) -> None:
        """A plan file for each project that has work packages."""
        if self.wishes.plan is None:
            return
        without, names = 0, set[str]()
        for project in self.standing.states("projects.projects"):
            packages = self.standing.states("projects.work-packages", project["id"])
            content = self.wishes.plan(project, packages)
            if content is None:
                without += 1
                continue
            name = _file_name(project, names)
            self.folder.put(f"plans/{name}.xml", content)
            self.wishes.progress("plans", 1)
        if without:
            self.not_here.append(
                {
                    "what": "plan files of projects",
                    "count": without,
                    "why": "they have no work package with days",
                }
            )

    def _workbook(self) -> dict[str, int]:
        self.wishes.progress("workbook", 0)
        book = Workbook(self.standing, self.wishes.language)
        sheets = book.write(self.folder.path / "portolan.xlsx")
        self.folder.note("portolan.xlsx")
        if book.cut:
            why = "a cell has 32,767 characters; the JSON Lines have all of them"
            self.not_here.append(
                {"what": "the ends of long texts in the workbook", "count": book.cut, "why": why}
            )
        return sheets

    # The manifest

    def _manifest(self, me: Mapping[str, Any]) -> dict[str, Any]:
        wishes = self.wishes
        counts = {}
        for entry in index():
            if (count := self.standing.count(f"{entry.service}.{entry.collection}")).aggregates:
                counts[f"{entry.service}/{entry.collection}"] = count._asdict()
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "portolan": VERSION,
            "made_at": to_wire(now_micros()),
            "source": self.source,
            "as_of": wishes.as_of.isoformat() if wishes.as_of else None,
            "effective_until": wishes.until.isoformat() if wishes.until else None,
            "made_for": {
                "subject": me["subject"],
                "issuer": me["issuer"],
                "person_id": me["person_id"],
                "roles": me["roles"],
                "memberships": [
                    {name: one[name] for name in ("role", "scope", "scope_id")} for one in me["memberships"]
                ],
                "sees_everything": all(sight.is_everything for sight in self.sights.values()),
                "classes": {service: sight.classes.split() for service, sight in self.sights.items()},
            },
            "counts": counts,
            "not_in_it": [*self._not_shown(), *self.not_here, *_never()],
        }

    def _not_shown(self) -> Iterable[dict[str, Any]]:
        """What the caller does not see, and what was met and left out."""
        for service, sight in self.sights.items():
            if "restricted" not in sight.classes.split():
                yield {
                    "what": f"what is restricted in {service}",
                    "why": f"the token lacks {service}.restricted",
                }
        if not all(sight.is_everything for sight in self.sights.values()):
            yield {
                "what": "what the caller does not see",
                "why": "an export has the rights of whoever makes it",
            }
        for kind, versions in sorted(self.left_out.items()):
            is_known = kind in NEVER_PASSED_ON
            why = OF_ONE_INSTANCE if is_known else "this version of the command does not know the kind"
            yield {"what": kind, "versions": versions, "why": why}

    async def _positions(self) -> dict[str, Any]:
        """Where each service stood at the begin: later writes are not in it. And where it stands now."""
        positions = {}
        for service, extent in self.extents.items():
            now = await extent_of(self.client, service)
            if now.epoch != extent.epoch:
                raise ExportFailed(f"the store of {service} was restored meanwhile: export it again")
            positions[service] = {
                "epoch": extent.epoch,
                "until": extent.last,
                "written_meanwhile": now.last - extent.last,
            }
        return positions


def _never() -> list[dict[str, Any]]:
    return [{"what": what, "why": why} for what, why in NEVER_IN_IT.items()]


def _file_name(project: Mapping[str, Any], names: set[str]) -> str:
    """The code of a project as a file may be named; with its id where another one is named alike."""
    code = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in project["code"])[:80]
    name = code if code.lower() not in names else f"{code}-{project['id']}"
    names.add(name.lower())
    return name


async def export(client: httpx.AsyncClient, target: Path, wishes: Wishes = Wishes()) -> dict[str, Any]:
    """Export all that the client's token may see into a folder that is new or empty; answers the manifest.

    ExportFailed, with nothing left of it, where the instance or the disk refuses.
    """
    with new_folder(target) as folder:
        standing_file = folder.path / "standing.sqlite"
        standing = Standing(standing_file)
        try:
            return await Export(client, folder, standing, wishes).run()
        except (msgspec.DecodeError, KeyError) as error:
            raise ExportFailed(f"an answer is not as Portolan gives it: {error!r}") from error
        finally:
            standing.close()
            standing_file.unlink()

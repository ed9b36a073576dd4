"""Files of another system as work for a process of its own: recognised, read, checked or sent, and taken back."""

import asyncio
import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import msgspec

from services.imports.findings import Finding, Findings
from services.imports.recording import About, recorded
from services.imports.server import ImportFailed
from services.imports.systems.kinds import NAMES, Kind, kind_of_all, together
from services.imports.systems.orders import (
    ComingShown,
    FileShown,
    LossShown,
    StageShown,
    SystemOutcome,
)
from services.imports.systems.prepared import STAGES, Prepared, totals
from services.imports.systems.preparing import PlanReader, Preparing, Unsaid
from services.imports.systems.unpacking import laid_out
from services.imports.systems.wishes import Wishes, from_text
from services.imports.tables.job import TIMEOUT_S, undone_shown
from services.imports.tables.orders import Done, FindingShown, Job, Order
from services.imports.tables.table import UnreadableTable
from shared.base.computation import Report
from shared.base.texts import Text, Translated, in_language

MOST_FILES = 50
MOST_OF_A_KIND = 5
"""Findings of one kind that are shown one by one; the others are counted with the last of them."""
MOST_FINDINGS = 200
EFFECTIVE = "Portolan-Effective-At"
QUESTIONS = {
    "as_of": Text("Of which day do the files speak?"),
    "years": Text("Of which year does {file} report? It is the year in which its fiscal year ends."),
}


def carry_out(job: Job, report: Report, read_plans: PlanReader) -> Done:
    """Carry the order in the folder out."""
    folder = Path(job.folder)
    order = msgspec.json.decode((folder / "order.json").read_bytes(), type=Order)
    wishes = from_text(order.mapping)
    outcome = SystemOutcome(kind=wishes.kind)
    carrying = _Carrying(order, wishes, folder, job.token, report, read_plans, outcome)
    try:
        asyncio.run(carrying.carry_out())
    except (UnreadableTable, ImportFailed) as failed:
        outcome.failure = carrying.say(failed.args[0])
    except Unsaid as missing:
        outcome.asks, outcome.asks_of = missing.wish, missing.file
        outcome.question = carrying.say(Text(QUESTIONS[missing.wish], file=missing.file))
    (folder / "outcome.json").write_bytes(msgspec.json.encode(outcome))
    return Done(sum(stage.count for stage in outcome.contents))


@dataclass
class _Carrying:
    """One order on its way."""

    order: Order
    wishes: Wishes
    folder: Path
    token: str
    report: Report
    read_plans: PlanReader
    outcome: SystemOutcome

    async def carry_out(self) -> None:
        if self.order.act == "undo":
            self.outcome.undone = await undone_shown(self._client(), self.order.record)
            return
        findings = Findings()
        paths = self._laid_out(findings)
        self.report(0.05, "reading")
        kinds = kind_of_all(paths)
        kind = Kind(self.wishes.kind) if self.wishes.kind else together(kinds.values())
        self.outcome.kind = kind
        self._show_files(kinds)
        if kind is Kind.TABLE:
            return
        preparing = Preparing(self.folder / "files", kinds, self.wishes, self.read_plans, findings)
        prepared = preparing.of(kind)
        self._show(prepared)
        try:
            if self.order.act != "propose" and prepared.rows:
                await self._send(prepared)
        finally:
            self._show_losses(prepared)
            self._show_findings(findings)

    def say(self, text: str) -> str:
        return str(in_language(text, self.order.language))

    def say_name(self, name: str) -> str:
        """A column by its name in the file; a member by its label."""
        return self.say(name) if isinstance(name, Translated) else name

    def _laid_out(self, findings: Findings) -> list[Path]:
        sent = [(self.folder / "sent" / str(at), one.name) for at, one in enumerate(self.wishes.files)]
        (self.folder / "files").mkdir()
        return laid_out(sent, self.folder / "files", findings)

    def _client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.order.language}
        return httpx.AsyncClient(base_url=self.order.url, headers=headers, timeout=TIMEOUT_S)

    async def _send(self, prepared: Prepared) -> None:
        is_trial = self.order.act == "check"
        hash = sha256("".join(one.sha256 for one in self.wishes.files).encode()).hexdigest()
        if len(self.wishes.files) == 1:
            hash = self.wishes.files[0].sha256
        about = About(self.order.name, prepared.source, prepared.registers, hash)
        async with self._client() as client:
            if prepared.as_of:
                client.headers[EFFECTIVE] = prepared.as_of
            async with recorded(client, about, is_trial=is_trial) as recording:
                self.outcome.record = recording.id
                summary = await prepared.send(client, is_trial, self._progress(prepared.rows))
                self._show_sent(summary["sent"])
                recording.counts = totals(summary["sent"])
                recording.findings = prepared.findings.counts()

    def _progress(self, rows: int) -> Callable[[str, int], None]:
        done = 0

        def note(_stage: str, count: int) -> None:
            nonlocal done
            done += count
            self.report(min(0.99, 0.1 + 0.89 * done / max(rows, 1)), "sending")

        return note

    # --- what is shown ----------------------------------------------------------------------------------------

    def _show_files(self, kinds: Mapping[Path, Kind | None]) -> None:
        self.outcome.files_count = len(kinds)
        self.outcome.files = [
            FileShown(
                name=path.relative_to(self.folder / "files").as_posix(),
                kind=self.say(NAMES[kind]) if kind else "",
            )
            for path, kind in list(kinds.items())[:MOST_FILES]
        ]

    def _show(self, prepared: Prepared) -> None:
        outcome = self.outcome
        outcome.source = prepared.source
        outcome.contents = [
            StageShown(name=self.say(STAGES[name]), count=count) for name, count in prepared.counts.items() if count
        ]  # fmt: skip
        outcome.projects = [
            ComingShown(name=one.name, file=one.file, packages=one.packages, start=one.start, finish=one.finish)
            for one in prepared.projects
        ]  # fmt: skip
        outcome.projects_count = prepared.counts.get("projects", 0)

    def _show_sent(self, sent: Mapping[str, Mapping[str, int]]) -> None:
        self.outcome.sent = [
            StageShown(
                name=self.say(STAGES[name]),
                created=tally.get("created", 0), changed=tally.get("changed", 0) + tally.get("archived", 0),
                unchanged=tally.get("unchanged", 0), refused=tally.get("refused", 0),
            )
            for name, tally in sent.items()
            if any(tally.values())
        ]  # fmt: skip

    def _show_losses(self, prepared: Prepared) -> None:
        self.outcome.losses = [
            LossShown(kind=self.say(loss.kind), count=loss.count, why=self.say(loss.why), mend=self.say(loss.mend))
            for loss in prepared.losses.listed()
        ]  # fmt: skip

    def _show_findings(self, findings: Findings) -> None:
        outcome = self.outcome
        outcome.findings_count = sum(findings.counts().values())
        outcome.is_complete = not findings.lost
        outcome.findings = self._grouped(findings.items)
        outcome.has_list = bool(findings.items)
        if findings.items:
            write_list(self.folder / "refused.csv", findings.items, self.say)

    def _grouped(self, findings: Iterable[Finding]) -> list[FindingShown]:
        """What is lost first. Of one kind the first ones stand one by one, and the last of them counts the others."""
        groups: dict[tuple[object, ...], list[FindingShown]] = {}
        for f in sorted(findings, key=lambda f: (not f.lost, f.code, f.file, f.line)):
            group = groups.setdefault((f.lost, f.code, _template(f.reason), _template(f.done), f.column), [])
            if len(group) == MOST_OF_A_KIND:
                group[-1].count += 1
                continue
            group.append(
                FindingShown(
                    lines=[f.line], count=1, file=f.file, column=self.say_name(f.column), value=f.value or f.title,
                    reason=self.say(f.reason).rstrip("."), done=self.say(f.done),
                    mend=self.say(f.mend).rstrip("."), lost=f.lost,
                )
            )  # fmt: skip
        return [one for group in groups.values() for one in group][:MOST_FINDINGS]


def _template(text: str) -> str:
    return text.template if isinstance(text, Text) else text


HEADINGS = (
    Text("File"), Text("Line"), Text("What"), Text("Column"), Text("Value"), Text("What is odd"), Text("What was done"),
    Text("What to do"),
)  # fmt: skip


def write_list(path: Path, findings: Sequence[Finding], say: Callable[[str], str]) -> None:
    """All findings as a table that spreadsheets open; a text that they would take for a formula stays a text."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(say, HEADINGS))
        for f in sorted(findings, key=lambda f: (f.file, f.line, f.code)):
            texts = (f.title, f.column, f.value, say(f.reason), say(f.done), say(f.mend))
            row: list[Any] = [_plain(f.file), f.line or "", *map(_plain, texts)]
            writer.writerow(row)


def _plain(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

"""A table import as work for a process of its own: a page gives it a folder (`orders`), and finds in it what came of it.

The process has bounded memory and can be killed. What it writes, it writes through the public API with the token of
whoever imports.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

import httpx
import msgspec

from services.imports.findings import Finding
from services.imports.server import ImportFailed, Server
from services.imports.tables.comparing import Preview
from services.imports.tables.conventions import Question, Survey, survey
from services.imports.tables.former_keys import key_before
from services.imports.tables.mapping import BadMapping, Mapping
from services.imports.tables.mapping_files import from_toml, to_toml
from services.imports.tables.open_questions import open_questions
from services.imports.tables.orders import (
    ChangeShown,
    ChoiceShown,
    ColumnShown,
    Done,
    FindingShown,
    Job,
    MadeShown,
    Order,
    Outcome,
    QuestionShown,
    StayingShown,
    UndoneShown,
)
from services.imports.tables.organisation import target_here
from services.imports.tables.proposing import propose, table_for
from services.imports.tables.reading import Reading, tables_of
from services.imports.tables.refused_rows import write_refused
from services.imports.tables.running import TableImport
from services.imports.tables.spool import Spool
from services.imports.tables.spreading import laid_out
from services.imports.tables.table import Table, UnreadableTable
from services.imports.tables.targets import Target, UnknownMember, UnknownTarget, target_named
from services.imports.undoing import undo
from shared.base.computation import Computation, Report
from shared.base.texts import in_language

TIMEOUT_S = 60.0
MOST_FINDINGS = 200
MOST_LINES = 5
MOST_STAYING = 50
MOST_NAMES = 20
MOST_TEXTS = 30
"""Distinct texts of a column that are shown, with what each stands for."""


def run(job: Job, report: Report) -> Done:
    """Carry the order in the folder out."""
    folder = Path(job.folder)
    order = msgspec.json.decode((folder / "order.json").read_bytes(), type=Order)
    outcome = Outcome()
    try:
        asyncio.run(_Carrying(order, folder, job.token, report, outcome).carry_out())
    except (UnreadableTable, ImportFailed, BadMapping, UnknownTarget, UnknownMember) as failed:
        outcome.failure = str(in_language(failed.args[0], order.language))
    (folder / "outcome.json").write_bytes(msgspec.json.encode(outcome))
    return Done(outcome.rows)


@dataclass
class _Carrying:
    """One order on its way."""

    order: Order
    folder: Path
    token: str
    report: Report
    outcome: Outcome

    async def carry_out(self) -> None:
        order = self.order
        if order.act == "undo":
            self.outcome.undone = await undone_shown(self._client(), order.record)
            return
        target = await self._target()
        saved = from_toml(order.mapping) if order.mapping else None
        table = laid_out(self._table(saved, target), target, saved)
        self.outcome.notes = [self._say(note.text) for note in table.notes]
        self.report(0.05, "reading")
        surveyed = survey(table)
        self.outcome.rows = surveyed.rows
        mapping = saved
        about: dict[str, str] = {}
        if mapping is None:
            proposal = propose(table, surveyed, target)
            mapping = await self._with_former_key(proposal.mapping, table)
            about = {name: self._say(reason.text) for name, reason in proposal.reasons.items()}
        still_open = open_questions(mapping, surveyed, target)
        self.outcome.mapping = to_toml(mapping)
        self.outcome.columns = [self._column(name, surveyed, about) for name in table.columns]
        self.outcome.questions = [self._question(one) for one in still_open]
        if order.act != "propose" and not still_open:
            await self._send(table, mapping, target, surveyed)

    async def _target(self) -> Target:
        """With the organisation's own fields; without them where the instance cannot be asked."""
        try:
            async with self._client() as client:
                return await target_here(client, self.order.register)
        except httpx.HTTPError:
            return target_named(self.order.register)

    async def _with_former_key(self, mapping: Mapping, table: Table) -> Mapping:
        """Rows of a source that came in before are known by the same columns, as far as the file has them."""
        try:
            async with self._client() as client:
                key = await key_before(client, mapping.source, mapping.register)
        except httpx.HTTPError:
            return mapping
        is_there = bool(key) and all(name in table.columns for name in key)
        return msgspec.structs.replace(mapping, key=key) if is_there else mapping

    def _table(self, saved: Mapping | None, target: Target) -> Table:
        wishes = Reading(self.order.sheet, self.order.header_line)
        if saved is not None:
            sheet = self.order.sheet or saved.sheet
            wishes = Reading(sheet, saved.header_line, saved.delimiter, saved.encoding)
        tables = tables_of(self.folder / "file", wishes)
        table = table_for(tables, target)
        self.outcome.sheet = table.sheet
        self.outcome.header_line = table.header_line
        self.outcome.sheets = list(dict.fromkeys(one.sheet for one in tables if one.sheet))
        return replace(table, file=self.order.name)

    def _client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.order.language}
        return httpx.AsyncClient(base_url=self.order.url, headers=headers, timeout=TIMEOUT_S)

    async def _send(self, table: Table, mapping: Mapping, target: Target, surveyed: Survey) -> None:
        async with self._client() as client:
            with Spool() as spool:
                run = TableImport(
                    table, mapping, target, surveyed, Server(client), spool,
                    validate_only=self.order.act == "check", progress=self._progress(surveyed.rows),
                    file_hash=self._file_hash(),
                )  # fmt: skip
                try:
                    run.judge()
                    await run.look_up()
                    self._show_preview(await run.compare(), run)
                    await run.send()
                finally:
                    self.outcome.record = run.import_id
                    self._show_findings(run)
                    self.outcome.refused_rows = write_refused(self.folder / "refused.csv", table, spool)

    def _file_hash(self) -> str:
        with (self.folder / "file").open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    def _progress(self, rows: int) -> Callable[[str, int], None]:
        """Reading is a fifth of the way, sending the rest."""
        done = {"judged": 0, "sent": 0}

        def note(step: str, count: int) -> None:
            if step in done:
                done[step] += count
            share = 0.1 + (0.2 * done["judged"] + 0.7 * done["sent"]) / max(rows, 1)
            self.report(min(share, 0.99), "reading" if step == "judged" else "sending")

        return note

    def _show_preview(self, preview: Preview, run: TableImport) -> None:
        outcome = self.outcome
        outcome.counts = dict(preview.counts)
        outcome.changes = [
            ChangeShown(
                line=c.line,
                title=c.title or c.key,
                column=c.column,
                old=self._say(old),
                new=self._say(new),
            )
            for c, (old, new) in ((c, run.comparing.texts_of(c, preview)) for c in preview.changes)
        ]
        outcome.changes_count = sum(preview.changed_members.values())
        outcome.vanished = [f"{one.key} {one.title}".strip() for one in preview.vanished]
        outcome.vanished_count = preview.vanished_count
        outcome.makings = [
            MadeShown(
                kind=making.entry.name, service=making.entry.service, count=len(making.names),
                names=[missing.text for missing in making.names[:MOST_NAMES]],
            )
            for making in run.making
        ]  # fmt: skip

    def _show_findings(self, run: TableImport) -> None:
        outcome = self.outcome
        outcome.findings_count = sum(run.findings.counts().values())
        outcome.findings = self._grouped(run.findings.items)
        outcome.results = self._results(run)

    @staticmethod
    def _results(run: TableImport) -> dict[str, int]:
        summary = run.summary()
        return {name: summary[name] for name in ("created", "changed", "unchanged", "refused", "left_out")}

    def _grouped(self, findings: Iterable[Finding]) -> list[FindingShown]:
        """What is lost first; what is the same in several lines stands once."""
        groups: dict[tuple[object, ...], FindingShown] = {}
        for f in sorted(findings, key=lambda f: (not f.lost, f.line)):
            key = (f.column, f.value, str(f.reason), str(f.done))
            one = groups.get(key)
            if one is None:
                if len(groups) == MOST_FINDINGS:
                    continue
                one = groups[key] = FindingShown(
                    lines=[], count=0, column=f.column, value=f.value, reason=self._say(f.reason).rstrip("."),
                    done=self._say(f.done), mend=self._say(f.mend).rstrip("."), lost=f.lost,
                )  # fmt: skip
            one.count += 1
            if len(one.lines) < MOST_LINES:
                one.lines.append(f.line)
        return list(groups.values())

    def _column(self, name: str, surveyed: Survey, about: dict[str, str]) -> ColumnShown:
        of_column = surveyed.columns[name]
        few = of_column.is_complete and len(of_column.texts) <= MOST_TEXTS
        return ColumnShown(
            name=name, samples=of_column.samples, texts=dict(of_column.texts) if few else {},
            about=about.get(name, ""),
        )  # fmt: skip

    def _question(self, one: Question) -> QuestionShown:
        return QuestionShown(
            column=one.column, setting=one.setting, text=self._say(one.text),
            choices=[ChoiceShown(c.value, self._say(c.label)) for c in one.choices],
        )  # fmt: skip

    def _say(self, text: str) -> str:
        return str(in_language(text, self.order.language))


async def undone_shown(client: httpx.AsyncClient, record: str) -> UndoneShown:
    """Take an import back; answers what came of it."""
    async with client:
        result = await undo(client, record)
    return UndoneShown(
        archived=result.archived, given_back=result.given_back, staying_count=len(result.remaining),
        staying=[
            StayingShown(
                collection="/".join(one.touched.collection.split("/")[::2]), id=one.touched.id,
                title=one.title, reason=one.reason, detail=one.detail, who=one.who,
            )
            for one in result.remaining[:MOST_STAYING]
        ],
    )  # fmt: skip


def _check(job: Job) -> None:
    """Everything that can be wrong is in the file, and is said in the outcome."""


IMPORT = Computation(takes=Job, gives=Done, check=_check, run=run)

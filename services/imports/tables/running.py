"""A table import from end to end: judged, looked up, compared with what is there, and sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any

from services.imports.findings import Findings
from services.imports.recording import About, recorded
from services.imports.server import Server
from services.imports.tables.comparing import Comparing, Preview
from services.imports.tables.conventions import Survey
from services.imports.tables.judging import Judge
from services.imports.tables.lookups import Lookups
from services.imports.tables.making import Maker, Making, makings
from services.imports.tables.mapping import Mapping
from services.imports.tables.mapping_files import to_toml
from services.imports.tables.move_sending import MoveSender
from services.imports.tables.reversals import Reversals
from services.imports.tables.sending import RowSender, Sent
from services.imports.tables.spool import Spool
from services.imports.tables.table import Table
from services.imports.tables.targets import Target
from services.imports.upserts import Progress, Sender, Tally

MOST_FINDINGS = 1000
"""Of each code; all are counted, and the file of refused rows has them all."""


def _quiet(step: str, done: int) -> None:
    pass


@dataclass
class TableImport:
    """One table on its way in. The steps are called in their order: `judge`, `look_up`, `compare`, `send`."""

    table: Table
    mapping: Mapping
    target: Target
    survey: Survey
    server: Server
    spool: Spool
    validate_only: bool = False
    progress: Progress = _quiet
    findings: Findings = field(default_factory=lambda: Findings(most=MOST_FINDINGS))
    making: list[Making] = field(default_factory=list)
    sent: Sent = field(default_factory=Sent)
    makings_sent: dict[str, Tally] = field(default_factory=dict)
    seconds: float = 0.0
    file_hash: str = ""
    """SHA-256 of the file, in hexadecimal digits, for the record of the import."""
    import_id: str = ""
    """Of its record, once it was sent; empty of a trial."""
    is_resumed: bool = False
    """Whether it went on with an import of the same file that was interrupted."""

    def __post_init__(self) -> None:
        self.findings.once_a_line = self.table.unfolding is not None
        self.judging = Judge(self.table, self.mapping, self.survey, self.target, self.findings, self.spool)
        self.lookups = Lookups(
            self.server, self.mapping.source, self.table.file, self.spool, self.findings, self.target.entry
        )
        self.comparing = Comparing(
            self.server, self.mapping.source, self.table.file, self.target, self.spool, self.findings,
            self.judging.columns, self.judging.identities, self.table.column_in_file,
        )  # fmt: skip

        self.reversals = Reversals(
            self.server, self.table.file, self.mapping, self.target, self.spool, self.findings,
            self.judging.columns,
        )  # fmt: skip

    def judge(self) -> None:
        """Read and judge every row: takes long, and asks nobody."""
        with self._timed():
            self.judging.run(self.progress)

    async def look_up(self) -> None:
        """Find what the rows name."""
        with self._timed():
            await self.lookups.find(self.judging.columns)
            self.lookups.link(self.judging.columns)
            self.making = makings(self.lookups, self.target.entry.service)

    async def compare(self) -> Preview:
        """What would be new, changed and unchanged, before anything is sent."""
        with self._timed():
            await self.comparing.fetch()
            if self.mapping.date_column:
                await self.comparing.fetch_past()
            await self.reversals.find()
            preview = self.comparing.compare()
            await self.comparing.find_names(preview)
            if not self._has_rows:  # nothing is made for rows that do not come in
                self.making = []
            return preview

    async def send(self) -> None:
        """Make what the rows name and lack, then send the rows. Of a trial (`validate_only`) nothing is written; of anything
        else a record is kept, by which it can be taken back."""
        registers = (*(making.entry.key for making in self.making), self.target.register)
        about = About(self.table.file, self.mapping.source, registers, self.file_hash, to_toml(self.mapping))
        has_rows = self._has_rows
        with self._timed():
            async with recorded(
                self.server.client, about, is_trial=self.validate_only, has_rows=has_rows
            ) as recording:
                self.import_id, self.is_resumed = recording.id, recording.earlier is not None
                await self._send()
                recording.counts, recording.findings = self._counts(), self.findings.counts()

    @property
    def _has_rows(self) -> bool:
        """Whether there is a row to send."""
        return bool(self.spool.one("SELECT 1 FROM row WHERE fate IN ('new', 'changed') LIMIT 1"))

    def _counts(self) -> dict[str, int]:
        """What became of the rows, and of what was made for them."""
        summary, tallies = self.summary(), list(self.makings_sent.values())
        counts = {name: summary[name] for name in ("created", "changed", "unchanged", "refused", "left_out")}
        counts["created"] += sum(tally.created for tally in tallies)
        return counts

    async def _send(self) -> None:
        days = self.spool.days
        self.server.effective_on = days[0] if days else ""
        maker = Sender(
            self.server.client, self.mapping.source, self.findings, self.validate_only, self.progress
        )
        maker.server = self.server
        ids = await Maker(maker, self.lookups, self.judging.columns, self.table.file).make(self.making)
        self.makings_sent = maker.tallies
        reversal = self.reversals.column
        columns = [c for c in self.judging.columns if reversal is None or c.path != reversal.path]
        sender = RowSender(
            self.server, self.mapping.source, self.table.file, self.target, self.spool, self.findings,
            [*columns, reversal] if reversal else columns, self.comparing.moves, ids, not self.judging.identities,
            self.validate_only, self.progress, self.sent, is_dated=len(days) > 1, returning=set(self.comparing.returning),
            column_in_file=self.table.column_in_file,
            zeros_are_nothing=self.table.unfolding is not None,
        )  # fmt: skip
        moving = MoveSender(sender)
        for day in days:
            self.server.effective_on = day
            await sender.send(day)
            await moving.send(day)

    def summary(self) -> dict[str, Any]:
        """What became of every row."""
        fates = self.spool.fates()
        rows = sum(fates.values())
        return {
            "file": self.table.file,
            "register": self.target.register,
            "source": self.mapping.source,
            "validate_only": self.validate_only,
            "import": self.import_id,
            "resumed": self.is_resumed,
            "rows": rows,
            "made_first": {name: asdict(tally) for name, tally in self.makings_sent.items()},
            "created": self.sent.created,
            "changed": self.sent.changed,
            "unchanged": self.sent.unchanged + fates.get("unchanged", 0),
            "refused": fates.get("refused", 0),
            "left_out": fates.get("left_out", 0),
            "seconds": round(self.seconds, 2),
            "rows_per_second": round(rows / self.seconds) if self.seconds else None,
            "findings_by_code": self.findings.counts(),
            "findings": self.findings.to_json(),
        }

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """People who look at a preview are no part of the import's time."""
        started = perf_counter()
        try:
            yield
        finally:
            self.seconds += perf_counter() - started

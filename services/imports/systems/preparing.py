"""Files and wishes -> what they bring: one function for each kind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from services.imports.breakdown import importing as breakdown
from services.imports.breakdown.drafts import Drafts, Losses
from services.imports.breakdown.texts import line_of
from services.imports.federal import importing as federal
from services.imports.federal.columns import COLUMNS, File
from services.imports.federal.reading import Conventions
from services.imports.findings import Findings
from services.imports.gmpp import importing as gmpp
from services.imports.gmpp import reading as reports
from services.imports.gmpp.recognising import projects_of
from services.imports.jira import mapping as jira
from services.imports.jira.reading import issues_of
from services.imports.plans import mapping as plans
from services.imports.plans.plan import Plan, Unread
from services.imports.projectonline import mapping as projectonline
from services.imports.projectonline.feed import feed_of
from services.imports.systems.kinds import NAMES, Kind, file_of_record
from services.imports.systems.prepared import Prepared, of_drafts, of_upserts
from services.imports.systems.wishes import Wishes
from services.imports.tables.reading import tables_of
from services.imports.tables.table import UnreadableTable
from services.imports.upserts import Progress, Stage
from shared.base.texts import Text, joined

PlanReader = Callable[[Sequence[tuple[Path, str]]], Iterator[Plan | Unread]]
"""Reads plan files, each with the name by which it is told of. Who has the engines gives it."""

SOURCES = {
    Kind.PLANS: "plans",
    Kind.PROJECT_ONLINE: "project-online",
    Kind.JIRA: "jira",
    Kind.GMPP: gmpp.SOURCE,
    Kind.ITDB: federal.SOURCE,
}
"""The source in the keys of what comes in, unless another one is wished."""
FIXED = (Kind.GMPP, Kind.ITDB)
"""Kinds that are one source by what they are."""
NOT_READ = Text("not read")


class Unsaid(Exception):
    """Something that must be said before the files can be read: the wish, and of which file."""

    def __init__(self, wish: str, file: str = "") -> None:
        super().__init__(wish)
        self.wish, self.file = wish, file


@dataclass
class Preparing:
    """The files of one import, laid out in a folder."""

    folder: Path
    kinds: Mapping[Path, Kind | None]
    wishes: Wishes
    read_plans: PlanReader
    findings: Findings = field(default_factory=Findings)

    def of(self, kind: Kind) -> Prepared:
        """What they bring as files of this kind. Raises UnreadableTable, and Unsaid."""
        match kind:
            case Kind.PLANS:
                return self._plans()
            case Kind.PROJECT_ONLINE:
                return self._project_online()
            case Kind.JIRA:
                return self._jira()
            case Kind.GMPP:
                return self._gmpp()
            case Kind.ITDB:
                return self._itdb()
        raise UnreadableTable("is_table", Text("these files are tables; say what their rows are"))

    def _files(self, kind: Kind) -> list[Path]:
        """Those that may be of the kind; one that is of another system is a finding."""
        files = []
        for path, own in self.kinds.items():
            if own in (kind, Kind.TABLE, None):
                files.append(path)
                continue
            assert own is not None
            reason = Text("it looks like {kind}", kind=NAMES[own])
            mend = Text("Bring it in by itself.")
            self.findings.add(self._name(path), 0, "another_kind", reason, NOT_READ, lost=True, mend=mend)
        return files

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    # --- projects with their breakdown ------------------------------------------------------------------------

    def _drafts(self, kind: Kind) -> Drafts:
        source = self.wishes.source or SOURCES[kind]
        return Drafts(source, self.findings, portfolio=line_of(self.wishes.portfolio))

    def _plans(self) -> Prepared:
        drafts = self._drafts(Kind.PLANS)
        files = [(path, self._name(path)) for path in self._files(Kind.PLANS)]
        plans.drafts_of(self.read_plans(files), drafts, self.wishes.currency)
        return self._of_drafts(drafts)

    def _project_online(self) -> Prepared:
        drafts = self._drafts(Kind.PROJECT_ONLINE)
        feed = feed_of(self.folder, self.findings, self.wishes.date_order, self._files(Kind.PROJECT_ONLINE))
        projectonline.drafts_of(feed, drafts, self.wishes.currency)
        return self._of_drafts(drafts)

    def _jira(self) -> Prepared:
        drafts = self._drafts(Kind.JIRA)
        issues = issues_of(self._files(Kind.JIRA), self.findings, self.wishes.date_order)
        jira.drafts_of(issues, drafts, jira.Level(self.wishes.level))
        return self._of_drafts(drafts)

    def _of_drafts(self, drafts: Drafts) -> Prepared:
        counts, coming = of_drafts(drafts)

        async def send(
            client: httpx.AsyncClient, validate_only: bool, progress: Progress
        ) -> Mapping[str, Any]:
            return await breakdown.run(client, drafts, validate_only=validate_only, progress=progress)

        return Prepared(
            drafts.source, breakdown.REGISTERS, breakdown.steps(drafts), counts, coming, drafts.losses, send,
            self.findings, self.wishes.as_of,
        )  # fmt: skip

    # --- public records ---------------------------------------------------------------------------------------

    def _gmpp(self) -> Prepared:
        try:
            read = reports.read(self._files(Kind.GMPP), self.findings, self.wishes.years)
        except reports.YearUnknown as unknown:
            raise Unsaid("years", unknown.file) from unknown
        month, day = map(int, (self.wishes.day_of_year or "01-01").split("-"))
        planned = gmpp.years(projects_of(read, self.findings), self.findings, (month, day))
        projects = [upsert for year in planned for upsert in year.projects]
        counts = {
            "portfolios": sum(len(year.portfolios) for year in planned),
            "projects": len({upsert.key for upsert in projects}),
            "assessments": sum(len(year.assessments) for year in planned),
            "budget lines": sum(len(year.budget_lines) for year in planned),
        }

        async def send(
            client: httpx.AsyncClient, validate_only: bool, progress: Progress
        ) -> Mapping[str, Any]:
            return await gmpp.run(
                client, planned, self.findings, validate_only=validate_only, progress=progress
            )

        return Prepared(
            gmpp.SOURCE, gmpp.REGISTERS, gmpp.rows_of(planned), counts, of_upserts(projects),
            self._columns_lost(reports.not_taken(self._files(Kind.GMPP))), send, self.findings,
        )  # fmt: skip

    def _itdb(self) -> Prepared:
        if self.wishes.day is None:
            raise Unsaid("as_of")
        files = self._record_files()
        published = federal.read_all(files, Conventions(self.wishes.century, self.wishes.date_order))
        planned = federal.stages(published, self.wishes.day, self.findings)
        by_name = {stage.name: stage for stage in planned}

        async def send(
            client: httpx.AsyncClient, validate_only: bool, progress: Progress
        ) -> Mapping[str, Any]:
            return await federal.run(
                client, planned, self.findings, validate_only=validate_only, progress=progress
            )

        return Prepared(
            federal.SOURCE, federal.REGISTERS, sum(len(stage.upserts) for stage in planned),
            {stage.name: len(stage.upserts) for stage in planned}, of_upserts(_upserts(by_name, "projects")),
            self._columns_lost(federal.not_taken(published)), send, self.findings, self.wishes.as_of,
        )  # fmt: skip

    def _record_files(self) -> federal.Files:
        """The three files of the federal record. Raises UnreadableTable where one is missing, or there twice."""
        by_part: dict[File, list[Path]] = {part: [] for part in COLUMNS}
        for path in self._files(Kind.ITDB):
            if (part := file_of_record(tables_of(path)[0])) is not None:
                by_part[part].append(path)
        wrong = [part for part, paths in by_part.items() if len(paths) != 1]
        if wrong:
            reason = Text(
                "the federal record has three files: projects, investments and contracts. Not exactly one of them is here: {parts}",
                parts=joined(PARTS[part] for part in wrong),
            )  # fmt: skip
            raise UnreadableTable("files_missing", reason)
        return federal.Files(**{part: paths[0] for part, paths in by_part.items()})

    @staticmethod
    def _columns_lost(columns: Mapping[str, Sequence[str]]) -> Losses:
        losses = Losses()
        add = partial(losses.add, count=1, why=Text("it has no place here, or is worked out anew"), mend=Text("keep the files"))  # fmt: skip
        for names in columns.values():
            for name in names:
                add(Text("column {name}", name=name))
        return losses


PARTS: dict[File, Text] = {
    "projects": Text("projects"),
    "investments": Text("investments"),
    "contracts": Text("contracts"),
}


def _upserts(stages: Mapping[str, Stage], name: str) -> Sequence[Any]:
    return stages[name].upserts if name in stages else ()

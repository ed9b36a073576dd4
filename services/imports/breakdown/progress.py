"""Progress by the move of the register, for every package without parts whose percentage differs: many in one batch."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from services.imports.breakdown.drafts import whole_percent
from services.imports.breakdown.outline import Node
from services.imports.breakdown.present import PACKAGES, Present, State
from services.imports.findings import Findings
from services.imports.results import is_passing
from services.imports.server import PATIENCE_S, Server
from services.imports.upserts import Progress
from shared.base.texts import Text

STAGE = "progress"
MOVE = "report-progress"
BATCH = 100
"""Reports in one batch: after each, all that is above the package is summed up anew."""
PAUSE_S = 0.2


@dataclass
class ProgressTally:
    """What became of the percentages that the files tell."""

    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Report:
    """What is to be reported of a package that is there."""

    standing: State
    percent: int
    node: Node

    def to_item(self) -> dict[str, Any]:
        version = self.standing["version"]
        body = {"percent_complete": self.percent}
        return {"id": self.standing["id"], "version": version, "move": MOVE, "body": body}


@dataclass
class Reporter:
    """Reports the progress of projects. A trial is judged by the server too, as far as the packages are there."""

    server: Server
    findings: Findings
    there: Present
    progress: Progress
    is_dry: bool

    async def report(self, projects: Sequence[Sequence[Node]]) -> ProgressTally:
        tally = ProgressTally()
        reports: list[Report] = []
        for node in (node for nodes in projects for node in nodes if not node.has_parts):
            standing = self.there.packages.get(node.draft.key)
            percent = whole_percent(node.draft.percent)
            if (standing["percent_complete"] if standing else 0) == percent:
                tally.unchanged += 1
            elif standing is None:
                tally.changed += 1
            else:
                reports.append(Report(standing, percent, node))
                continue
            self.progress(STAGE, 1)
        for start in range(0, len(reports), BATCH):
            some = reports[start : start + BATCH]
            for report, problem in await self._send(some):
                self._settle(report, problem, tally)
            self.progress(STAGE, len(some))
        return tally

    async def take_back(self, nodes: Sequence[Node]) -> None:
        """A package that gets its first parts holds no progress of its own: from then on it shows theirs."""
        if self.is_dry:
            return
        with_parts = {state.get("parent_id") for state in self.there.packages.values()}
        with_parts |= {state.get("parent_id") for some in self.there.others.values() for state in some}
        reports = [
            Report(standing, 0, node)
            for node in nodes
            if (standing := self.there.packages.get(node.draft.key))
            and standing["percent_complete"]
            and standing["id"] not in with_parts
        ]
        for start in range(0, len(reports), BATCH):
            await self._send(reports[start : start + BATCH])

    async def _send(self, reports: Sequence[Report]) -> list[tuple[Report, dict[str, Any] | None]]:
        """Each with the problem for which it was refused; what is refused for the moment is sent again."""
        until, waiting = monotonic() + PATIENCE_S, list(reports)
        settled: list[tuple[Report, dict[str, Any] | None]] = []
        parameters = {"validate_only": "true"} if self.is_dry else {}
        while waiting:
            items = [report.to_item() for report in waiting]
            results = await self.server.batch(PACKAGES, items, parameters, until)
            passing = []
            for report, result in zip(waiting, results, strict=True):
                problem = result.get("problem")
                if is_passing(problem) and monotonic() < until:
                    passing.append(report)
                else:
                    settled.append((report, problem))
            waiting = passing
            if waiting:
                await asyncio.sleep(PAUSE_S)
        return settled

    def _settle(self, report: Report, problem: dict[str, Any] | None, tally: ProgressTally) -> None:
        if problem is None:
            tally.changed += 1
            return
        tally.refused += 1
        draft = report.node.draft
        self.findings.add(
            draft.file, draft.line, "progress_refused", problem["detail"],
            Text("brought in with the {percent} % it had", percent=report.standing["percent_complete"]), draft.key,
            lost=True, title=draft.name,
        )  # fmt: skip

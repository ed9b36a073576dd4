"""The replay: oldest year first, each year's writes dated to it; what stands already as of a year is left alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from time import perf_counter
from typing import Any

import httpx

from services.imports.findings import Findings
from services.imports.gmpp import mapping
from services.imports.gmpp.mapping import ASSESSMENTS, BUDGET_LINES, PORTFOLIOS, PROJECTS
from services.imports.gmpp.recognising import Project
from services.imports.upserts import BATCH, Progress, Sender, Stage, Tally, Upsert
from shared.base.texts import Text

SOURCE = "gmpp"
REGISTERS = ("projects.portfolio", "projects.project", "risk.assessment", "finance.budget_line")
"""What is brought in, in the order in which a year is."""
EFFECTIVE = "Portolan-Effective-At"
NAMES = {
    PORTFOLIOS: "portfolios",
    PROJECTS: "projects",
    ASSESSMENTS: "assessments",
    BUDGET_LINES: "budget lines",
}


@dataclass(frozen=True, slots=True)
class Year:
    """What is written of one year, on its day."""

    on: date
    portfolios: Sequence[Upsert]
    projects: Sequence[Upsert]
    departures: Sequence[Upsert]
    """Projects that the year before reported, and this one does not."""
    assessments: Sequence[Upsert]
    budget_lines: Sequence[Upsert]


def years(
    projects: Sequence[Project], findings: Findings, month_and_day: tuple[int, int] = (1, 1)
) -> list[Year]:
    """The years in order, with what each of them brings; decisions of this import go to the findings.

    The files name a year and no day: what they say counts from `month_and_day` on, for a whole year.
    """
    by_year: dict[int, list[Project]] = defaultdict(list)
    for project in projects:
        for report in project.reports:
            by_year[report.year].append(project)
    portfolio_keys: set[str] = set()
    there: dict[str, Upsert] = {}
    planned = []
    for year in sorted(by_year):
        on = date(year, *month_and_day)
        pairs = [(p, next(r for r in p.reports if r.year == year)) for p in by_year[year]]
        put = {p.key: mapping.project(p, r, on, findings) for p, r in pairs}
        missing = [there[key] for key in there if key not in put]
        for upsert in missing:
            findings.add(
                upsert.file, upsert.line, "reported_no_more",
                Text("the report of {year} does not have it; nothing says why", year=year),
                Text("moved to the portfolio of those that left, and archived, from {day} on; its stage stays", day=on),
                upsert.key,
            )  # fmt: skip
        lines = [mapping.budget_line(p, r, findings) for p, r in pairs]
        planned.append(
            Year(
                on, mapping.portfolios((r for _, r in pairs), portfolio_keys), list(put.values()),
                [mapping.departed(upsert) for upsert in missing],
                [mapping.assessment(p, r, on, findings) for p, r in pairs], [one for one in lines if one],
            )
        )  # fmt: skip
        there = put
    return planned


@dataclass
class Replay:
    """Years sent to one Portolan. `versions` has what stands there of earlier runs: (day, state), the oldest first."""

    client: httpx.AsyncClient
    findings: Findings
    validate_only: bool
    progress: Progress
    versions: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    tallies: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    bodies: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """What this run has put last, by key."""
    position: str = ""
    """Of the last write that nobody has waited for."""

    def __post_init__(self) -> None:
        self.sender = Sender(self.client, SOURCE, self.findings, self.validate_only, self.progress)

    async def run(self, planned: Sequence[Year]) -> None:
        self.client.event_hooks["response"].append(self._keep_position)
        try:
            await self._replay(planned)
        finally:
            self.client.event_hooks["response"].remove(self._keep_position)

    async def _keep_position(self, answer: httpx.Response) -> None:
        self.position = answer.headers.get("Portolan-Position", self.position)

    async def _until_heard(self) -> None:
        """Wait until finance and risk know that a project has come back: nothing is taken of one that is archived."""
        if not self.position:
            return
        self.client.headers["Portolan-After"] = self.position
        for collection in (ASSESSMENTS, BUDGET_LINES):
            await self.sender.server.get(f"/{collection}", [("limit", "1")])
        del self.client.headers["Portolan-After"]
        self.position = ""

    async def _replay(self, planned: Sequence[Year]) -> None:
        await self._read_what_stands()
        for year in planned:
            self.client.headers[EFFECTIVE] = year.on.isoformat()
            await self._send(PORTFOLIOS, [one for one in year.portfolios if not one.parents])
            await self._send(PORTFOLIOS, [one for one in year.portfolios if one.parents])
            await self._send(PROJECTS, self._differing(year.projects, year.on), restores=True)
            await self._leave(year.departures, year.on)
            await self._until_heard()
            await self._send(ASSESSMENTS, year.assessments)
            await self._send(BUDGET_LINES, year.budget_lines)

    async def _send(self, collection: str, upserts: Sequence[Upsert], *, restores: bool = False) -> None:
        tally = await self.sender.send(Stage(NAMES[collection], collection, upserts, restores))
        self._count(collection, tally)

    def _count(self, collection: str, tally: Tally) -> None:
        self.tallies[NAMES[collection]].update(asdict(tally))

    async def _leave(self, upserts: Sequence[Upsert], on: date) -> None:
        """Move to the portfolio of those that left, and archive, what is not there yet."""
        leaving = self._differing(upserts, on)
        await self._send(PROJECTS, leaving)
        if not self.validate_only:
            await self._archive(leaving)
        self.tallies["projects that left"]["archived"] += len(leaving)
        self.tallies["projects that left"]["unchanged"] += len(upserts) - len(leaving)

    def _differing(self, upserts: Iterable[Upsert], on: date) -> list[Upsert]:
        """Those that do not stand so already. History is not rewritten: what stands otherwise at that day, and has a
        later version, is a finding."""
        differing = []
        tally = self.tallies[NAMES[PROJECTS]]
        for upsert in upserts:
            look = (dict(upsert.body), dict(upsert.parents))
            standing = self._standing(upsert, on)
            stands_so = standing is not None and self._looks_like(standing, upsert)
            if stands_so or self.bodies.get(upsert.key) == look:
                tally["unchanged"] += 1
            elif standing is not None and self.versions[upsert.key][-1][0] > _end_of(on):
                self.findings.add(
                    upsert.file, upsert.line, "history_stands",
                    Text("Portolan says otherwise of {day}, and has later versions", day=on),
                    Text("left as it stands: history is not rewritten"), upsert.key, lost=True,
                )  # fmt: skip
                tally["refused"] += 1
                continue
            else:
                differing.append(upsert)
            self.bodies[upsert.key] = look
        return differing

    def _standing(self, upsert: Upsert, on: date) -> dict[str, Any] | None:
        states = [state for day, state in self.versions.get(upsert.key, ()) if day <= _end_of(on)]
        return states[-1] if states else None

    def _looks_like(self, state: Mapping[str, Any], upsert: Upsert) -> bool:
        has_left = mapping.DEPARTED in {key for _, key in upsert.parents.values()}
        parents = {m: self.sender.ids.get(parent) for m, parent in upsert.parents.items()}
        members = {
            **dict.fromkeys(OPTIONAL),
            **{m: v.strip() if isinstance(v, str) else v for m, v in upsert.body.items()},
            **parents,
        }
        return has_left == (state["archived_at"] is not None) and all(
            state[m] == v for m, v in members.items()
        )

    async def _read_what_stands(self) -> None:
        """The versions of the projects that an earlier run brought in."""
        self.client.headers.pop(EFFECTIVE, None)
        server, of_this = self.sender.server, [("external_ref.source", SOURCE), ("archived", "true")]
        async for states in server.pages(f"/{PROJECTS}", of_this):
            for state in states:
                self.sender.ids[PROJECTS, state["external_ref"]["id"]] = state["id"]
                self.versions[state["external_ref"]["id"]] = await self._versions_of(state["id"])

    async def _versions_of(self, id: str) -> list[tuple[str, dict[str, Any]]]:
        pages = self.sender.server.pages(f"/{PROJECTS}/{id}/history", [("expand", "state")])
        newest_first = [(one["effective_at"][:10], one["state"]) async for page in pages for one in page]
        return newest_first[::-1]

    async def _archive(self, upserts: Sequence[Upsert]) -> None:
        """Archive projects at the versions that stand now; archived ones are in no list."""
        keys = {self.sender.ids[PROJECTS, upsert.key]: upsert for upsert in upserts}
        server = self.sender.server
        items = [
            {"id": state["id"], "version": state["version"], "archived": True}
            async for states in server.those_with(f"/{PROJECTS}", "id", list(keys))
            for state in states
        ]
        for start in range(0, len(items), BATCH):
            some = items[start : start + BATCH]
            for item, result in zip(some, await server.batch(PROJECTS, some, {}), strict=True):
                if "problem" in result:
                    upsert = keys[str(item["id"])]
                    self.findings.add(
                        upsert.file, upsert.line, "refused", result["problem"]["detail"],
                        Text("not archived, and shown as if it were still reported"), upsert.key, lost=True,
                    )  # fmt: skip


def _end_of(on: date) -> str:
    """The day on which a write of that day may stand in UTC, wherever the instance is: years lie apart, days do not matter."""
    return (on + timedelta(days=1)).isoformat()


OPTIONAL = (
    "planned_start_on", "planned_finish_on", "forecast_start_on", "forecast_finish_on", "planned_cost", "forecast_cost",
    "lifecycle_cost",
)  # fmt: skip
"""Members of a project that a year may leave empty."""


async def run(
    client: httpx.AsyncClient,
    planned: Sequence[Year],
    findings: Findings,
    *,
    validate_only: bool,
    progress: Progress,
) -> dict[str, Any]:
    """Replay the years; answers the summary."""
    replay = Replay(client, findings, validate_only, progress)
    started = perf_counter()
    await replay.run(planned)
    seconds = perf_counter() - started
    rows = rows_of(planned)
    return {
        "validate_only": validate_only,
        "sent": {name: dict(tally) for name, tally in replay.tallies.items()},
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds) if seconds else None,
    }


def rows_of(planned: Sequence[Year]) -> int:
    """How many upserts there are."""
    return sum(
        len(part)
        for year in planned
        for part in (year.portfolios, year.projects, year.departures, year.assessments, year.budget_lines)
    )

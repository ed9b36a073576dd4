"""The whole import of projects with their breakdown: what is there, what is sent, and the summary."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Any

import httpx

from services.imports.breakdown import moves, own_fields, people, portfolios, stages
from services.imports.breakdown.drafts import NOT_BROUGHT_IN, Drafts, ProjectDraft
from services.imports.breakdown.outline import Node, arranged, codes_of
from services.imports.breakdown.present import (
    ALLOCATIONS,
    PACKAGES,
    PERSONS,
    PROJECTS,
    Present,
    present,
    read_packages,
)
from services.imports.breakdown.progress import STAGE as PROGRESS
from services.imports.breakdown.progress import Reporter
from services.imports.breakdown.texts import line_of
from services.imports.recording import About, recorded
from services.imports.upserts import Progress, Sender, Stage, Tally, Upsert
from shared.base.texts import Text

VANISHED_SHOWN = 5
REGISTERS = (
    "projects.portfolio",
    "resources.person",
    "projects.project",
    "projects.work_package",
    "resources.allocation",
)
NEEDED = ("project_id", "parent_id", "person_id")


@dataclass
class Outlined:
    """One project with its packages in order and their codes."""

    project: ProjectDraft
    nodes: list[Node]
    codes: dict[str, str]


async def run(
    client: httpx.AsyncClient, drafts: Drafts, *, validate_only: bool, progress: Progress
) -> dict[str, Any]:
    """Send everything, parents first; answers the summary. With `validate_only` everything is checked as far as the
    server can, and nothing is written."""
    started = perf_counter()
    sender = Sender(client, drafts.source, drafts.findings, validate_only, progress)
    directory = (
        await people.directory_of(sender.server, drafts.source) if drafts.persons else people.Directory()
    )
    found_ids, persons = people.resolved(drafts, directory)
    sender.ids |= {(PERSONS, key): id for key, id in found_ids.items()}
    _leave_out_unknown(drafts, {*found_ids, *(upsert.key for upsert in persons.upserts)})
    there = await present(sender.server, drafts.source, [project.key for project in drafts.projects])
    await own_fields.fill(sender.server, drafts)
    outlined = [_outlined(project, drafts, there) for project in drafts.projects]
    _list_vanished(drafts, outlined, there)
    sent = {"portfolios": asdict(await portfolios.send(sender, drafts))} if drafts.portfolio else {}
    sent |= {"persons": asdict(await sender.send(persons))}
    mover = moves.StageMover(sender, drafts.findings, progress)
    projects = stages.projects(drafts, there)
    sent["projects"] = asdict(await sender.send(projects))
    room = [u for one in outlined for u in stages.making_room(one.nodes, one.codes, one.project.key, there)]
    if room:
        sent["codes in between"] = asdict(await sender.send(Stage("codes in between", PACKAGES, room)))
    reporter = Reporter(sender.server, drafts.findings, there, progress, validate_only)
    await reporter.take_back([node for one in outlined for node in one.nodes if node.has_parts])
    names = _names_of(drafts)
    sent["work packages"] = asdict(await _send_packages(sender, outlined, there, names))
    sent[moves.STAGE] = asdict(await mover.move(projects.upserts))
    if not validate_only:
        await _read_again(drafts, sender, there)
    keys = {key for collection, key in (*sender.ids, *sender.would_be) if collection == PACKAGES}
    sent[PROGRESS] = asdict(
        await reporter.report([[n for n in one.nodes if n.draft.key in keys] for one in outlined])
    )
    sent["allocations"] = asdict(await _send_what_can_stand(sender, stages.bookings(drafts, there), names))
    seconds = perf_counter() - started
    rows = len(drafts.projects) + sum(len(one.nodes) for one in outlined)
    return {
        "validate_only": validate_only,
        "source": drafts.source,
        "sent": sent,
        "losses": [asdict(loss) for loss in drafts.losses.listed()],
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds) if seconds else None,
    }


async def run_recorded(
    client: httpx.AsyncClient, drafts: Drafts, file: str, *, progress: Progress
) -> dict[str, Any]:
    """The same, noted so that it can be taken back; the summary has the id of the record. `file` is what was read."""
    async with recorded(client, About(line_of(file), drafts.source, REGISTERS)) as recording:
        summary = await run(client, drafts, validate_only=False, progress=progress)
        recording.counts = _totals(summary["sent"])
        recording.findings = drafts.findings.counts()
    return summary | {"import": recording.id}


def _totals(sent: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    names = ("created", "changed", "unchanged", "refused")
    return {name: sum(tally.get(name, 0) for tally in sent.values()) for name in names}


def steps(drafts: Drafts) -> int:
    """About how many items an import sends, for showing how far it is."""
    packages = sum(len(project.packages) for project in drafts.projects)
    return (
        len(drafts.persons)
        + len(drafts.projects)
        + 2 * packages
        + sum(len(p.bookings) for p in drafts.projects)
    )


def _leave_out_unknown(drafts: Drafts, known_keys: set[str]) -> None:
    """Whoever was in doubt is told of once, not wherever they are named; their bookings are not made."""
    for project in drafts.projects:
        if project.manager not in known_keys:
            project.manager = ""
        for index, package in enumerate(project.packages):
            if package.owner and package.owner not in known_keys:
                project.packages[index] = replace(package, owner="")
        project.bookings = [booking for booking in project.bookings if booking.person in known_keys]


def _outlined(project: ProjectDraft, drafts: Drafts, there: Present) -> Outlined:
    nodes = arranged(project.packages, drafts.findings)
    in_use = stages.codes_in_use(nodes, project.key, there)
    with_others = {parent for parent, steps in in_use.others.items() if steps}
    nodes = [replace(node, has_parts=node.has_parts or node.draft.key in with_others) for node in nodes]
    return Outlined(project, nodes, codes_of(nodes, in_use, keeps_codes=drafts.keeps_codes))


def _list_vanished(drafts: Drafts, outlined: Iterable[Outlined], there: Present) -> None:
    """What was brought in earlier and the file does not name any more stays; it is a finding."""
    for one in outlined:
        if one.project.key not in there.projects:
            continue
        project_id = there.projects[one.project.key]["id"]
        in_file = {node.draft.key for node in one.nodes}
        vanished = [
            s for key, s in there.packages.items() if s["project_id"] == project_id and key not in in_file
        ]
        if vanished:
            names = ", ".join(f"{s['wbs']} {s['name']}" for s in vanished[:VANISHED_SHOWN])
            reason = Text(
                "work packages of an earlier import are not in the file any more: {names}", names=names
            )
            if len(vanished) > VANISHED_SHOWN:
                reason = Text(
                    "{reason} and {count} more", reason=reason, count=len(vanished) - VANISHED_SHOWN
                )
            drafts.findings.add(
                one.project.file, one.project.line, "vanished", reason, Text("left as they are"), one.project.key,
                mend=Text("Archive them in Portolan where they are meant to go."), title=one.project.name,
            )  # fmt: skip


def _names_of(drafts: Drafts) -> dict[str, str]:
    """Key -> name of each project and package."""
    names = {project.key: project.name for project in drafts.projects}
    return names | {package.key: package.name for one in drafts.projects for package in one.packages}


async def _send_packages(
    sender: Sender, outlined: Iterable[Outlined], there: Present, names: Mapping[str, str]
) -> Tally:
    levels: dict[int, list[Upsert]] = {}
    for one in outlined:
        for level, upsert in stages.packages(one.project, one.nodes, one.codes, there):
            levels.setdefault(level, []).append(upsert)
    total = Tally()
    for level in sorted(levels):
        tally = await _send_what_can_stand(sender, Stage("work packages", PACKAGES, levels[level]), names)
        for name in ("created", "changed", "unchanged", "refused"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    return total


BELONGING = {
    PACKAGES: Text(
        "{count} {count:work package belongs|work packages belong} to {parent}, which was not brought in"
    ),
    ALLOCATIONS: Text(
        "{count} {count:allocation belongs|allocations belong} to {parent}, which was not brought in"
    ),
}


async def _send_what_can_stand(sender: Sender, stage: Stage, names: Mapping[str, str]) -> Tally:
    """Whatever is in a project or under a package that was refused is not sent: one finding says so for each of them."""
    present_keys = {*sender.ids, *sender.would_be}
    fitting: list[Upsert] = []
    without: dict[tuple[str, str], list[Upsert]] = {}
    for upsert in stage.upserts:
        absent = [
            upsert.parents[m] for m in NEEDED if m in upsert.parents and upsert.parents[m] not in present_keys
        ]
        if absent:
            without.setdefault(absent[0], []).append(upsert)
        else:
            fitting.append(upsert)
    for (_, key), upserts in without.items():
        first = upserts[0]
        sender.findings.add(
            first.file, first.line, "not_without_parent",
            Text(BELONGING[stage.collection], count=len(upserts), parent=names.get(key, key)), NOT_BROUGHT_IN, first.key,
            lost=True, title=first.title,
        )  # fmt: skip
    tally = await sender.send(replace(stage, upserts=fitting))
    tally.refused += len(stage.upserts) - len(fitting)
    return tally


async def _read_again(drafts: Drafts, sender: Sender, there: Present) -> None:
    """The packages as they stand now, with their versions."""
    ids = {project.key: sender.ids.get((PROJECTS, project.key)) for project in drafts.projects}
    there.projects |= {key: {"id": id} for key, id in ids.items() if id is not None}
    await read_packages(sender.server, drafts.source, [k for k, id in ids.items() if id is not None], there)

"""Drafts as upserts, in stages: projects, codes that make room, packages level by level, bookings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from services.imports.breakdown.drafts import BookingDraft, Drafts, ProjectDraft
from services.imports.breakdown.outline import LARGEST_STEP, CodesInUse, Node
from services.imports.breakdown.present import (
    ALLOCATIONS,
    PACKAGES,
    PERSONS,
    PORTFOLIOS,
    PROJECTS,
    Present,
    State,
    laid_over,
)
from services.imports.upserts import Stage, Upsert

FOLLOWING = 500
"""The most parts that follow a package to another code at once (`work_package/rules.py`)."""


def projects(drafts: Drafts, there: Present) -> Stage:
    upserts = [_project(one, there.projects.get(one.key), drafts.portfolio) for one in drafts.projects]
    return Stage("projects", PROJECTS, upserts)


def _project(project: ProjectDraft, standing: State | None, portfolio: str) -> Upsert:
    """One that is there already stays in the portfolio in which it is."""
    body: dict[str, Any] = {"name": project.name} | _with_values(
        description=project.description,
        planned_start_on=project.planned[0],
        planned_finish_on=project.planned[1],
        forecast_start_on=project.forecast[0],
        forecast_finish_on=project.forecast[1],
        actual_start_on=project.actual_start,
        planned_cost=project.planned_cost,
        forecast_cost=project.forecast_cost,
    )
    if standing is None and project.has_begun:
        body["stage"] = "active"
    if project.custom:
        body["custom"] = {**((standing or {}).get("custom") or {}), **project.custom}
    parents = _parents(
        manager_id=(PERSONS, project.manager), portfolio_id=(PORTFOLIOS, "" if standing else portfolio)
    )
    body = laid_over(PROJECTS, standing, body)
    return Upsert(project.key, body, project.file, project.line, parents)


def _with_values(**members: Any) -> dict[str, Any]:
    """The members that have a value, as they are on the wire."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in members.items()
        if value not in (None, "")
    }


def _parents(**members: tuple[str, str]) -> dict[str, tuple[str, str]]:
    return {name: parent for name, parent in members.items() if parent[1]}


# --- packages -------------------------------------------------------------------------------------------------


def packages(
    project: ProjectDraft, nodes: Sequence[Node], codes: dict[str, str], there: Present
) -> Iterable[tuple[int, Upsert]]:
    """Each package of a project with its level; those of one level name parents of the level above."""
    for node in nodes:
        draft, standing = node.draft, there.packages.get(node.draft.key)
        body = {"name": draft.name, "wbs": codes[draft.key]} | _with_values(
            description=draft.description,
            planned_start_on=draft.start,
            planned_finish_on=draft.finish,
            budget=None if node.has_parts else draft.budget,
        )
        body = laid_over(PACKAGES, standing, body)
        if node.has_parts:
            body.pop("budget", None)
        if not draft.parent:
            body.pop("parent_id", None)
        parents = _parents(
            project_id=(PROJECTS, project.key),
            parent_id=(PACKAGES, draft.parent),
            owner_id=(PERSONS, draft.owner),
        )
        yield node.level, Upsert(draft.key, body, draft.file, draft.line, parents)


def codes_in_use(nodes: Sequence[Node], project: str, there: Present) -> CodesInUse:
    """The codes that packages of the project have now."""
    project_id = there.projects[project]["id"] if project in there.projects else ""
    own = {n.draft.key: there.packages[n.draft.key] for n in nodes if n.draft.key in there.packages}
    of_project = {key: s for key, s in there.packages.items() if s["project_id"] == project_id}
    others = [s for key, s in of_project.items() if key not in own] + there.others.get(project, [])
    key_by_id = {state["id"]: key for key, state in own.items()}
    steps_of_others: dict[str, set[int]] = {}
    for state in others:
        parent = state.get("parent_id")
        if parent is None or parent in key_by_id:
            steps_of_others.setdefault(key_by_id.get(parent or "", ""), set()).add(_step(state))
    elsewhere = "not in the file"
    return CodesInUse(
        {
            key: (
                key_by_id.get(state["parent_id"], elsewhere) if state.get("parent_id") else "",
                _step(state),
            )
            for key, state in own.items()
        },
        _with_too_many_parts(own, [*of_project.values(), *there.others.get(project, [])]),
        {key: frozenset(steps) for key, steps in steps_of_others.items()},
    )


def _step(state: State) -> int:
    return int(state["wbs"].rpartition(".")[2])


def _with_too_many_parts(own: Mapping[str, State], all_packages: Iterable[State]) -> frozenset[str]:
    """Those that the server lets take no other code."""
    parts: Counter[str] = Counter()
    for state in all_packages:
        above = state["wbs"].rpartition(".")[0]
        while above:
            parts[above] += 1
            above = above.rpartition(".")[0]
    return frozenset(key for key, state in own.items() if parts[state["wbs"]] > FOLLOWING)


def making_room(
    nodes: Sequence[Node], codes: Mapping[str, str], project: str, there: Present
) -> list[Upsert]:
    """Packages that would have the new code of another one go to a code in between first, those above first.

    Parts follow the package above them, so each is looked at with the code it has once that one has its new code.
    """
    own = {there.packages[n.draft.key]["id"]: n for n in nodes if n.draft.key in there.packages}
    standing = {state["id"]: state for state in _all_of(project, there)}
    by_new_code = {code: key for key, code in codes.items()}
    used_steps: dict[str | None, set[int]] = {}
    for state in standing.values():
        used_steps.setdefault(state.get("parent_id"), set()).add(_step(state))
    for id, node in own.items():
        used_steps[standing[id].get("parent_id")].add(int(codes[node.draft.key].rpartition(".")[2]))
    current: dict[str | None, str] = {None: ""}
    final: dict[str | None, str] = {None: ""}
    upserts = []
    for id, state in sorted(standing.items(), key=lambda pair: pair[1]["wbs"].count(".")):
        parent, step, owner = state.get("parent_id"), _step(state), own.get(id)
        above = state["wbs"].rpartition(".")[0]
        following = _below(final.get(parent, above), step)
        final[id] = codes[owner.draft.key] if owner else following
        if owner and by_new_code.get(following, owner.draft.key) != owner.draft.key:
            step = next((s for s in range(LARGEST_STEP, 0, -1) if s not in used_steps[parent]), step)
            used_steps[parent].add(step)
            body = laid_over(PACKAGES, state, {"wbs": _below(current.get(parent, above), step)})
            upserts.append(Upsert(owner.draft.key, body, owner.draft.file, owner.draft.line))
        current[id] = _below(current.get(parent, above), step)
    return upserts


def _all_of(project: str, there: Present) -> list[State]:
    """All packages of a project, whoever made them."""
    if project not in there.projects:
        return []
    id = there.projects[project]["id"]
    return [*there.others.get(project, []), *(s for s in there.packages.values() if s["project_id"] == id)]


def _below(above: str | None, step: int) -> str:
    return f"{above}.{step}" if above else str(step)


# --- bookings -------------------------------------------------------------------------------------------------


def bookings(drafts: Drafts, there: Present) -> Stage:
    upserts = [
        _booking(booking, project.key, there.bookings.get(booking.key))
        for project in drafts.projects
        for booking in project.bookings
    ]
    return Stage("allocations", ALLOCATIONS, upserts)


def _booking(booking: BookingDraft, project: str, standing: State | None) -> Upsert:
    body = _with_values(
        starts_on=booking.starts_on, ends_on=booking.ends_on, percent=booking.percent, role=booking.role
    )
    parents = _parents(person_id=(PERSONS, booking.person), project_id=(PROJECTS, project))
    return Upsert(booking.key, laid_over(ALLOCATIONS, standing, body), booking.file, booking.line, parents)

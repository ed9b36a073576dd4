"""What of a plan stays where a file is taken over: all that was entered here, and what files do not know; pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.projects.engines.planning.bulk import PlanActivity, PlanBody, PlanDependency, PlanLag, PlanRef
from services.projects.structure.plan.standing import Plan
from shared.base.errors import Fault, UnsupportedMediaType
from shared.contracts.projects.baseline import PlanFormat
from shared.contracts.projects.plan import Activity, Dependency

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
ROOT = "Project"
"""The outermost element of MSPDI."""
SEARCHED = 4096
"""Within so many bytes the root of an XML file begins."""


def format_of(raw: bytes) -> PlanFormat:
    """By the content, never by the name."""
    beginning = raw[:SEARCHED]
    if raw.startswith(_COMPOUND_FILE):
        return PlanFormat.MPP
    if raw.startswith(b"ERMHDR"):
        return PlanFormat.XER
    if b"APIBusinessObjects" in beginning:
        return PlanFormat.PMXML
    if f"<{ROOT}".encode() in beginning.replace(b"\x00", b""):
        return PlanFormat.MSPDI
    raise UnsupportedMediaType(
        "this is no plan file that is known: neither Microsoft Project nor Primavera",
        Fault("unknown_format", "no plan file that is known", pointer="/sha256"),
        code="unknown_format",
    )


def laid_over(body: PlanBody, plan: Plan, source: str) -> PlanBody:
    """The plan as it is to be: the rows of the file, and all that did not come from one.

    An activity that is known keeps what files do not say: its work package, calendar and role."""
    by_file_id = {
        one.external_ref.id: one
        for one in plan.activities.values()
        if one.external_ref is not None and one.external_ref.source == source
    }
    rows = [_with_what_stands(row, by_file_id) for row in body.activities]
    here = [one for one in plan.activities.values() if not _is_of(one, source)]
    links = list(_own_links(plan, source))
    return PlanBody(
        (*rows, *(_activity(one) for one in here)), (*body.dependencies, *(_link(one) for one in links))
    )


def _with_what_stands(row: PlanActivity, by_file_id: dict[str, Activity]) -> PlanActivity:
    one = None if row.external_ref is None else by_file_id.get(row.external_ref.id)
    if one is None:
        return row
    return replace(
        row,
        work_package_id=None if one.work_package_id is None else str(one.work_package_id),
        calendar_id=None if one.calendar_id is None else str(one.calendar_id),
        role=one.role,
    )


def _is_of(one: Activity, source: str) -> bool:
    return one.external_ref is not None and one.external_ref.source == source


def _own_links(plan: Plan, source: str) -> Iterable[Dependency]:
    """Those that no file gives: at one end of them stands something else than what came in one."""
    from_file = {one.id for one in plan.activities.values() if _is_of(one, source)}
    return (one for one in plan.links.values() if not {one.from_id, one.to_id} <= from_file)


def entered_here(plan: Plan, source: str) -> tuple[int, int]:
    """How many activities and links did not come from a file."""
    here = sum(not _is_of(one, source) for one in plan.activities.values())
    return here, sum(1 for _ in _own_links(plan, source))


def counted(counts: Any, entered: int) -> dict[str, int]:
    """What became of the rows of a file: what was entered here is none of them."""
    return {
        "created": counts.created,
        "changed": counts.changed,
        "removed": counts.removed,
        "unchanged": counts.unchanged - entered,
    }


PLAIN = (
    "name", "duration_minutes", "constraint_at", "deadline_on", "percent_complete", "actual_start_at", "actual_finish_at",
    "remaining_minutes", "level_of_effort", "milestone", "role", "effort_minutes",
)  # fmt: skip


def _activity(one: Activity) -> PlanActivity:
    """The row that leaves an activity as it is."""
    return PlanActivity(
        id=str(one.id),
        external_ref=None
        if one.external_ref is None
        else PlanRef(one.external_ref.source, one.external_ref.id),
        work_package_id=None if one.work_package_id is None else str(one.work_package_id),
        calendar_id=None if one.calendar_id is None else str(one.calendar_id),
        constraint_kind=None if one.constraint_kind is None else one.constraint_kind.value,
        **{name: getattr(one, name) for name in PLAIN},
    )


def _link(one: Dependency) -> PlanDependency:
    """The row that leaves a link as it is."""
    return PlanDependency(
        id=str(one.id),
        from_id=str(one.from_id),
        to_id=str(one.to_id),
        kind=one.kind.value,
        lag=None if one.lag is None else PlanLag(one.lag.minutes, one.lag.percent, one.lag.elapsed),
    )

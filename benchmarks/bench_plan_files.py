"""Reading an MSPDI file of 5,000 tasks, as this package and as Microsoft Project writes them."""

from datetime import datetime, timedelta
from decimal import Decimal

from benchmarks.figure import Figure, seconds
from services.projects.engines.planfiles import read_mspdi, write_mspdi
from services.projects.engines.planning.plan import (
    Activity,
    ActivityKind,
    Assignment,
    Baseline,
    BaselineActivity,
    Calendar,
    Dependency,
    Lag,
    Plan,
    Resource,
)

TASKS = 5_000
START = datetime(2026, 1, 5, 8)
DAY = 8 * 3_600


def figures() -> list[Figure]:
    plan = network()
    written = write_mspdi(plan)
    verbose = as_project_writes(written)
    if read_mspdi(verbose).plan != plan:
        raise AssertionError("the file does not read back as the plan it was written from")
    links, assignments = len(plan.dependencies), len(plan.assignments)
    size = f"{len(written) / 1e6:.1f} MB, {links:,} links, {assignments:,} assignments"
    return [
        Figure("mspdi_read_5000", seconds(lambda: read_mspdi(written)), "s", 1.0, note=size),
        Figure(
            "mspdi_read_5000_verbose",
            seconds(lambda: read_mspdi(verbose)),
            "s",
            1.0,
            note=f"{len(verbose) / 1e6:.1f} MB: each task with 60 more elements, as many as Project writes",
        ),
        Figure("mspdi_write_5000", seconds(lambda: write_mspdi(plan), repeat=3), "s", 1.0),
    ]


def network() -> Plan:
    """Phases of nine tasks, each task after one or two earlier ones and done by one of forty people."""
    activities = [activity(number) for number in range(1, TASKS + 1)]
    work = [each for each in activities if each.kind is ActivityKind.TASK]
    links = [
        Dependency(before.id, after.id, lag=Lag(DAY)) for before, after in zip(work, work[3:], strict=False)
    ]
    links += [Dependency(before.id, after.id) for before, after in zip(work, work[40:], strict=False)]
    return Plan(
        "bench",
        START,
        tuple(activities),
        tuple(sorted(links, key=lambda each: int(each.successor))),
        (Calendar("1", "Standard"),),
        "1",
        resources=tuple(Resource(str(number), f"Person {number}") for number in range(1, 41)),
        assignments=tuple(
            Assignment(each.id, each.id, str(int(each.id) % 40 + 1), work_s=each.duration_s) for each in work
        ),
        baselines=(
            Baseline(
                "0",
                activities=tuple(
                    BaselineActivity(each.id, each.planned_start, each.planned_finish, each.duration_s)
                    for each in work
                ),
            ),
        ),
    )


def activity(number: int) -> Activity:
    leads = number % 10 == 1
    begins = START + timedelta(days=number // 4)
    return Activity(
        str(number),
        f"{'Phase' if leads else 'Task'} {number}",
        (1 + number % 5) * DAY,
        ActivityKind.SUMMARY if leads else ActivityKind.TASK,
        parent=None if leads else str((number - 1) // 10 * 10 + 1),
        planned_start=begins,
        planned_finish=begins + timedelta(days=number % 5, hours=9),
        wbs=str(number),
        cost=Decimal(1_000),
    )


def as_project_writes(written: bytes) -> bytes:
    """The file with sixty more elements in every task, none of which a plan takes."""
    more = "".join(f"<Computed{number}>PT96H0M0S</Computed{number}>\n" for number in range(60))
    return written.replace(b"</Task>\n", f"{more}</Task>\n".encode())

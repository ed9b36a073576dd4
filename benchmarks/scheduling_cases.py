"""Published scheduling cases as plans, from `../shared/data`: projects, and portfolios sharing resources."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.resources.engines.levelling import Activity, Demand, Link, LinkKind, Plan, Project, Resource

PUBLISHED = Path(__file__).parents[1] / "../shared/data"


def projects_of(set_name: str) -> list[str]:
    """The instances of a set of single projects, in the order of their parameter sets."""
    names = [path.stem for path in (PUBLISHED / "psplib" / set_name).glob("*.sm")]
    return sorted(names, key=lambda name: [int(part) for part in name[1:].split("_")])


def best_known(set_name: str) -> dict[str, tuple[int, int]]:
    """Each instance's best known lower and upper bound of the makespan."""
    with (PUBLISHED / "psplib" / "best_known.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == set_name]
    return {row["instance"]: (int(row["lower_bound"]), int(row["upper_bound"])) for row in rows}


def project(set_name: str, instance: str) -> Plan:
    """A single project in the format of Kolisch and Sprecher."""
    text = (PUBLISHED / "psplib" / set_name / f"{instance}.sm").read_text()
    successors = list(_numbers(text, "PRECEDENCE RELATIONS:", skip=1))
    requests = list(_numbers(text, "REQUESTS/DURATIONS:", skip=2))
    [capacities] = _numbers(text, "RESOURCEAVAILABILITIES:", skip=1)
    return Plan(
        activities=tuple(
            Activity(str(job), duration, _demands(units)) for job, _mode, duration, *units in requests
        ),
        resources=tuple(Resource(f"R{n}", units) for n, units in enumerate(capacities, start=1)),
        links=tuple(
            Link(str(job), str(after))
            for job, _modes, _count, *followers in successors
            for after in followers
        ),
    )


def portfolios() -> dict[str, tuple[float, int]]:
    """Each portfolio's lower bound of the makespan, and what the minimum-slack heuristic reaches (days)."""
    with (PUBLISHED / "mpsplib" / "bounds.csv").open() as file:
        return {
            row["instance"]: (float(row["lower_bound_days"]), int(row["minslk_heuristic_makespan"]))
            for row in csv.DictReader(file)
        }


def portfolio(name: str) -> Plan:
    """A portfolio whose steps are the working days of its one calendar; units of a resource are whole
    heads."""
    source = json.loads((PUBLISHED / "mpsplib" / f"{name}.json").read_text())
    tasks: list[dict[str, Any]] = [task for task in source["tasks"] if not task["summary"]]
    projects = dict.fromkeys(task["name"].split("-")[0] for task in tasks)
    return Plan(
        activities=tuple(_activity(task) for task in tasks),
        resources=tuple(Resource(str(r["id"]), int(r["max_units_pct"] // 100)) for r in source["resources"]),
        links=tuple(
            Link(str(p["task"]), str(task["id"]), LinkKind(p["type"]), _days(p["lag"]))
            for task in tasks
            for p in task["preds"]
        ),
        projects=tuple(Project(name) for name in projects),
    )


def _activity(task: dict[str, Any]) -> Activity:
    return Activity(
        str(task["id"]),
        _days(task["duration"]),
        tuple(Demand(str(a["resource"]), int(a["units"] // 100)) for a in task["assignments"]),
        project=task["name"].split("-")[0],
    )


def _days(text: str) -> int:
    return int(float(text.removesuffix("d")))


def _demands(units: list[int]) -> tuple[Demand, ...]:
    return tuple(Demand(f"R{n}", each) for n, each in enumerate(units, start=1) if each)


def _numbers(text: str, heading: str, skip: int) -> Iterator[list[int]]:
    """The lines of whole numbers below a heading."""
    lines = text.split(heading)[1].splitlines()[1 + skip :]
    for line in lines:
        if not line.strip() or not line.split()[0].isdigit():
            return
        yield [int(word) for word in line.split()]

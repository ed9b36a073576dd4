"""Work packages and how they went on: the budgets of a project's leaves add up to its planned cost."""

from collections.abc import Iterator
from typing import NamedTuple

from sample.telling import Day, Move, Put, chf, package, project


class Leaf(NamedTuple):
    """A leaf of the work breakdown: francs, planned days, percent complete at each of the five chapters."""

    wbs: str
    name: str
    budget: int
    start: int
    finish: int
    progress: tuple[int, int, int, int, int]


WHOLES = {
    "epr": {"1": "Preparation", "2": "Build", "3": "Roll-out"},
    "erp": {"1": "Finance", "2": "Procurement"},
}
"""Project -> code -> name of the packages that only hold others."""

LEAVES = {
    "epr": [
        Leaf("1.1", "Requirements and process design", 700_000, -330, -220, (100, 100, 100, 100, 100)),
        Leaf("1.2", "Architecture and data protection", 400_000, -300, -200, (100, 100, 100, 100, 100)),
        Leaf("2.1", "Configuration of the core", 2_100_000, -220, -20, (20, 50, 75, 84, 85)),
        Leaf("2.2", "Interfaces to laboratory and imaging", 1_300_000, -180, 10, (0, 30, 50, 58, 60)),
        Leaf("2.3", "Migration of the old records", 900_000, -90, 60, (0, 0, 20, 30, 32)),
        Leaf("3.1", "Training of 4,200 staff", 600_000, -10, 110, (0, 0, 0, 5, 5)),
        Leaf("3.2", "Go-live in six hospitals", 800_000, 30, 150, (0, 0, 0, 0, 0)),
    ],
    "portal": [
        Leaf("1", "Concept and accessibility", 250_000, -260, -170, (100, 100, 100, 100, 100)),
        Leaf("2", "Portal and identification", 800_000, -170, -10, (10, 50, 75, 85, 88)),
        Leaf("3", "Pilot with two clinics", 400_000, -20, 60, (0, 0, 0, 10, 15)),
    ],
    "imaging": [
        Leaf("1", "Tender", 150_000, -170, -100, (0, 100, 100, 100, 100)),
        Leaf("2", "Archive and migration", 1_400_000, -100, 110, (0, 0, 20, 20, 20)),
        Leaf("3", "Acceptance", 350_000, 100, 170, (0, 0, 0, 0, 0)),
    ],
    "erp": [
        Leaf("1.1", "General ledger and closing", 1_500_000, -400, -120, (85, 100, 100, 100, 100)),
        Leaf("1.2", "Cost accounting", 900_000, -220, -30, (20, 60, 90, 100, 100)),
        Leaf("2.1", "Orders and invoices", 1_000_000, -160, 40, (0, 35, 60, 70, 74)),
        Leaf("2.2", "Supplier catalogue", 500_000, -40, 90, (0, 0, 10, 20, 25)),
    ],
    "hr": [
        Leaf("1", "Self-service functions", 420_000, -300, -60, (60, 95, 100, 100, 100)),
        Leaf("2", "Introduction in all houses", 200_000, -90, -10, (0, 5, 80, 100, 100)),
    ],
    "workplace": [
        Leaf("1", "Standard image and packaging", 450_000, -200, -110, (30, 100, 100, 100, 100)),
        Leaf("2", "Roll-out of 3,600 devices", 2_100_000, -110, 170, (0, 8, 32, 41, 43)),
        Leaf("3", "Return of old devices", 200_000, 0, 200, (0, 0, 0, 0, 0)),
    ],
    "network": [
        Leaf("1", "Zones and rules", 280_000, -160, -60, (0, 70, 100, 100, 100)),
        Leaf("2", "Migration of medical devices", 700_000, -60, 120, (0, 0, 25, 35, 36)),
    ],
    "cloud": [
        Leaf("1", "Foundations and guard rails", 460_000, -210, -60, (30, 80, 100, 100, 100)),
        Leaf("2", "First ten services moved", 400_000, -80, 30, (0, 0, 55, 78, 82)),
    ],
    "servicedesk": [
        Leaf("1", "Platform and processes", 380_000, -350, -120, (70, 100, 100, 100, 100)),
        Leaf("2", "Change of 40,000 tickets", 160_000, -130, -45, (0, 60, 100, 100, 100)),
    ],
    "telephony": [
        Leaf("1", "Concept and tender", 200_000, -320, -240, (100, 100, 100, 100, 100)),
        Leaf("2", "Replacement of 5,000 sets", 500_000, -240, -60, (30, 70, 70, 70, 70)),
    ],
}


def breakdown(day: Day) -> list[Put]:
    wholes = [
        Put(package(f"{key}-{wbs}"), {"project_id": project(key), "wbs": wbs, "name": name})
        for key, parts in WHOLES.items()
        for wbs, name in parts.items()
    ]
    return wholes + [_put(key, leaf, day) for key, leaves in LEAVES.items() for leaf in leaves]


def _put(key: str, leaf: Leaf, day: Day) -> Put:
    whole = leaf.wbs.rpartition(".")[0]
    return Put(
        package(f"{key}-{leaf.wbs}"),
        {
            "project_id": project(key),
            **({"parent_id": package(f"{key}-{whole}")} if whole else {}),
            "wbs": leaf.wbs,
            "name": leaf.name,
            "budget": chf(leaf.budget),
            "planned_start_on": day(leaf.start),
            "planned_finish_on": day(leaf.finish),
        },
    )


def progress(chapter: int) -> Iterator[Move]:
    """The reports of a chapter (0 is the first): only what went on since the one before."""
    for key, leaves in LEAVES.items():
        for leaf in leaves:
            done = leaf.progress[chapter]
            if done != (leaf.progress[chapter - 1] if chapter else 0):
                yield Move(package(f"{key}-{leaf.wbs}"), "report-progress", {"percent_complete": done})

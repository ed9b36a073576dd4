"""Plans that are scheduled, one of them waiting for another project's, and what was agreed of the record, twice."""

from typing import Any

from sample.telling import (
    Day,
    Move,
    Put,
    activity,
    baseline,
    change,
    chf,
    dependency,
    package,
    project,
)

WORKING_DAY = 480
ACTIVITIES = {
    "epr-specification": ("epr", "2.2", "Interfaces specified", 30),
    "epr-laboratory": ("epr", "2.2", "Interface to the laboratory", 90),
    "epr-imaging": ("epr", "2.2", "Interface to imaging", 60),
    "epr-core": ("epr", "2.1", "Configuration of the core", 110),
    "epr-rehearsal": ("epr", "2.3", "First rehearsal of the migration", 20),
    "epr-tests": ("epr", "3.2", "Acceptance tests", 25),
    "epr-training": ("epr", "3.1", "Training of the first hospital", 20),
    "epr-live": ("epr", "3.2", "First hospital live", 0),
    "portal-login": ("portal", "2", "Identification and appointments", 95),
    "portal-findings": ("portal", "2", "Findings from the record", 25),
    "portal-pilot": ("portal", "3", "Pilot with two clinics", 30),
    "portal-open": ("portal", "3", "Open to all patients", 0),
}
"""Key -> project, work package, name, and working days; a milestone has none."""

LINKS = (
    ("epr-specification", "epr-laboratory"),
    ("epr-specification", "epr-imaging"),
    ("epr-core", "epr-rehearsal"),
    ("epr-laboratory", "epr-tests"),
    ("epr-imaging", "epr-tests"),
    ("epr-rehearsal", "epr-tests"),
    ("epr-core", "epr-training"),
    ("epr-tests", "epr-live"),
    ("epr-training", "epr-live"),
    ("portal-login", "portal-findings"),
    ("epr-laboratory", "portal-findings"),
    ("portal-findings", "portal-pilot"),
    ("portal-pilot", "portal-open"),
)
"""What waits for what; the findings in the portal wait for the laboratory in the record."""


def plans(day: Day) -> list[Put]:
    return [
        *(_activity(key, day) for key in ACTIVITIES),
        *(
            Put(
                dependency(f"{before}>{after}"),
                {
                    "project_id": project(ACTIVITIES[after][0]),
                    "from_id": activity(before),
                    "to_id": activity(after),
                },
            )
            for before, after in LINKS
        ),
    ]


def _activity(key: str, day: Day) -> Put:
    of, wbs, name, days = ACTIVITIES[key]
    body: dict[str, Any] = {
        "project_id": project(of),
        "work_package_id": package(f"{of}-{wbs}"),
        "name": name,
    }
    return Put(
        activity(key), body | ({"duration_minutes": days * WORKING_DAY} if days else {"milestone": True})
    )


def reported(day: Day, **done: tuple[int, int]) -> list[Put]:
    """Activities by their keys, with `_` for `-`: begun so many days from today, and so many per cent done."""
    return [
        Put(
            activity(key.replace("_", "-")),
            {"actual_start_at": f"{day(start)}T08:00:00Z", "percent_complete": percent},
        )
        for key, (start, percent) in done.items()
    ]


def finished(day: Day, **on: int) -> list[Put]:
    """The same of activities that are done, since so many days from today."""
    return [
        Put(
            activity(key.replace("_", "-")),
            {"actual_finish_at": f"{day(at)}T16:00:00Z", "percent_complete": 100},
        )
        for key, at in on.items()
    ]


def scheduled(*keys: str) -> list[Move]:
    return [Move(project(key), "schedule") for key in keys]


def first_baseline() -> list[Put]:
    return [Put(baseline("epr-1"), {"project_id": project("epr"), "name": "As tendered"})]


def second_rehearsal() -> list[Put]:
    """The change of the record that its second baseline brings into the plan."""
    return [
        Put(
            change("epr-rehearsal"),
            {
                "project_id": project("epr"),
                "title": "A second rehearsal of the migration",
                "kind": "cost",
                "reason": "The first one left four records of a hundred incomplete.",
                "impact": {
                    "time_days": 20,
                    "cost": chf(140_000),
                    "explanation": "Twenty days of the supplier and of two of our own people.",
                },
                "options": [
                    {"name": "A second rehearsal", "consequences": "Dearer, and safe.", "recommended": True},
                    {"name": "Correct by hand", "consequences": "12,000 records are read one by one."},
                ],
            },
        )
    ]


def second_baseline() -> list[Put]:
    return [
        Put(package("epr-2.3"), {"budget": chf(1_040_000)}),
        Put(
            baseline("epr-2"),
            {
                "project_id": project("epr"),
                "name": "With a second rehearsal",
                "change_ids": [change("epr-rehearsal")],
            },
        ),
    ]


def agreed(key: str, reason: str) -> list[Move]:
    return [Move(baseline(key), "approve", {"reason": reason})]

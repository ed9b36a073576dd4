"""What projects deliver: deliverables in each state, the verdicts on them, requirements that trace to them, and whether one is worth it."""

from typing import Any

from sample.telling import (
    Day,
    Move,
    Put,
    acceptance,
    business_case,
    chf,
    deliverable,
    person,
    project,
    requirement,
)

CRITERIA = ["Each field has an owner", "No open point is critical"]

DELIVERABLES: dict[str, tuple[str, str, str, int, list[str]]] = {
    "epr-concept": ("epr", "Concept of the record", "document", -160, CRITERIA),
    "epr-interfaces": ("epr", "Interfaces to the laboratory", "system", -20, ["Under 2 s", "No order is lost"]),
    "epr-migration": ("epr", "Migrated records of the first hospital", "system", 60, []),
    "epr-training": ("epr", "Training of the wards", "service", 80, []),
    "epr-kiosk": ("epr", "Kiosks for patients", "system", 100, []),
    "network-zones": ("network", "Concept of the zones", "document", -110, []),
    "network-telemetry": ("network", "Telemetry in its own zone", "system", -10, ["Each ward is heard"]),
    "network-guests": ("network", "Network for guests", "system", 30, []),
}  # fmt: skip
"""Key -> project, name, kind, due so many days from today, criteria of acceptance."""

REQUIREMENTS: dict[str, tuple[str, str, str, list[str]]] = {
    "epr-fast": ("epr", "Results of the laboratory are shown within 2 s", "must", ["epr-interfaces"]),
    "epr-complete": ("epr", "Records of ten years are there at the go-live", "must", ["epr-migration"]),
    "epr-offline": ("epr", "Wards can read when the network is down", "must", []),
    "epr-kiosk": ("epr", "Patients register themselves", "could", ["epr-kiosk"]),
    "network-alarms": ("network", "No alarm of a monitor is lost", "must", ["network-telemetry"]),
}
"""Key -> project, statement, priority, deliverables that are to fulfil it."""


def deliverables(day: Day, *keys: str) -> list[Put]:
    """These, or all of them."""
    return [
        Put(
            deliverable(key),
            {
                "project_id": project(of),
                "name": name,
                "kind": kind,
                "due_on": day(due),
                "acceptance_criteria": criteria,
            },
        )
        for key, (of, name, kind, due, criteria) in DELIVERABLES.items()
        if not keys or key in keys
    ]


def requirements() -> list[Put]:
    return [
        Put(
            requirement(key),
            {
                "project_id": project(of),
                "statement": statement,
                "priority": priority,
                "deliverable_ids": [deliverable(each) for each in traced],
            },
        )
        for key, (of, statement, priority, traced) in REQUIREMENTS.items()
    ]


def agreed(*keys: str) -> list[Move]:
    return [Move(requirement(key), "agree") for key in keys]


def submitted(key: str, ref: str, *further: str) -> list[Move]:
    """Handed over, with further moves such as the review."""
    return [
        Move(deliverable(key), "submit", {"document": {"ref": ref}}),
        *(Move(deliverable(key), verb) for verb in further),
    ]


def met(*criteria: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"criterion": name, "met": True, "evidence": evidence} for name, evidence in criteria]


def judged(
    day: Day, key: str, of: str, verdict: str, on: int, by: str, **members: Any
) -> Put:  # fmt: skip
    """The verdict on a deliverable, so many days from today; `key` tells the verdicts on one apart."""
    return Put(
        acceptance(key),
        {
            "project_id": project(DELIVERABLES[of][0]),
            "deliverable_id": deliverable(of),
            "verdict": verdict,
            "accepted_on": day(on),
            "accepted_by_id": person(by),
            **members,
        },
    )


def lifted(key: str, *evidence: str) -> list[Move]:
    """Reservations from the first on, each with what shows it; an empty text leaves one open."""
    return [
        Move(acceptance(key), "lift-reservation", {"which": number, "evidence": text})
        for number, text in enumerate(evidence, 1)
        if text
    ]


def first_verdicts(day: Day) -> list[Put]:
    defects = [
        {"text": "Who corrects a wrong medication is open.", "class": "critical", "due_on": None},
        {"text": "The glossary lacks two terms.", "class": "minor", "due_on": None},
    ]
    return [judged(day, "epr-concept-1", "epr-concept", "rejected", -150, "hofmann", reservations=defects)]


def verdicts_on_concepts(day: Day) -> list[Put]:
    reservations = [
        {"text": "Archiving of old results is described twice.", "class": "minor", "due_on": day(-50)},
        {"text": "The rights of external doctors are open.", "class": "major", "due_on": day(-40)},
    ]
    criteria = met((CRITERIA[0], "Appendix B, read by four owners"), (CRITERIA[1], "List of open points"))
    return [
        judged(day, "epr-concept-2", "epr-concept", "accepted_with_reservations", -85, "hofmann",
               criteria=criteria, reservations=reservations),
        judged(day, "network-zones-1", "network-zones", "accepted", -80, "wyss"),
    ]  # fmt: skip


def verdicts_on_systems(day: Day) -> list[Put]:
    reservations = [
        {"text": "An order with two samples is shown as two orders.", "class": "minor", "due_on": day(10)},
        {
            "text": "After a restart the first result comes after a minute.",
            "class": "major",
            "due_on": day(25),
        },
    ]
    criteria = met(("Under 2 s", "Load test, 1.4 s"), ("No order is lost", "Comparison of 12,000 orders"))
    alarm = {"text": "Two wards were without telemetry for an hour.", "class": "critical", "due_on": None}
    deaf = {"criterion": "Each ward is heard", "met": False}
    return [
        judged(day, "epr-interfaces-1", "epr-interfaces", "accepted_with_reservations", -12, "hofmann",
               criteria=criteria, reservations=reservations, warranty_until=day(718)),
        judged(day, "network-telemetry-1", "network-telemetry", "rejected", -9, "hofmann",
               criteria=[deaf], reservations=[alarm]),
    ]  # fmt: skip


CASES: dict[str, tuple[float, list[tuple[int, int]]]] = {
    "epr": (4, [(3_200_000, 0), (3_600_000, 0), (450_000, 1_900_000), (450_000, 2_600_000), (450_000, 2_900_000), (450_000, 2_900_000)]),
    "erp": (4, [(1_900_000, 0), (2_250_000, 350_000), (280_000, 1_450_000), (280_000, 1_700_000), (280_000, 1_700_000)]),
}  # fmt: skip
"""Project -> discount rate, and what each year from last year on costs and brings."""


def cases(year: int) -> list[Put]:
    """The studies of two projects; years are those of the budget."""
    return [
        Put(
            business_case(key),
            {
                "project_id": project(key),
                "rate_pct": rate,
                "options": [
                    {"name": "Replace what there is", "preferred": True},
                    {"name": "Go on as before", "reason": "The vendor ends its support."},
                ],
                "cash_flows": [
                    {"year": year - 1 + n, "cost": chf(cost), "benefit": chf(benefit)}
                    for n, (cost, benefit) in enumerate(flows)
                ],
                "assumptions": "Benefits are hours that are not worked any more, at the rates of the year.",
            },
        )
        for key, (rate, flows) in CASES.items()
    ]


def approved_cases() -> list[Move]:
    return [Move(business_case(key), verb) for key in CASES for verb in ("review", "approve")]

"""What keeps the projects on their course: milestones, the log of decisions, and actions with their owners."""

from sample.telling import Day, Move, Put, action, decision, milestone, person, project

MILESTONES = {
    "epr-design": ("epr", "Design approved", -150, "keller"),
    "epr-first": ("epr", "First hospital live", 90, "keller"),
    "erp-closing": ("erp", "First closing in the new system", 60, "bernasconi"),
    "network-zones": ("network", "Zones designed", -120, "rochat"),
    "network-telemetry": ("network", "Telemetry moved", 45, "rochat"),
    "workplace-lot2": ("workplace", "Second lot delivered", 120, "bernasconi"),
}
"""Key -> project, name, planned so many days from today, and who answers for it."""


def milestones(day: Day) -> list[Put]:
    return [
        Put(
            milestone(key),
            {"project_id": project(of), "name": name, "planned_on": day(planned), "owner_id": person(owner)},
        )
        for key, (of, name, planned, owner) in MILESTONES.items()
    ]


def achieved(day: Day, **days: int) -> list[Move]:
    """Milestones by their keys, with `_` for `-`, and how many days from today each was reached."""
    return [Move(milestone(key.replace("_", "-")), "achieve", {"on": day(on)}) for key, on in days.items()]


def expected(day: Day, **days: int) -> list[Put]:
    """The same of days on which they are expected now."""
    return [Put(milestone(key.replace("_", "-")), {"forecast_on": day(on)}) for key, on in days.items()]


def stopped(day: Day) -> list[Put]:
    return [
        Put(
            decision("telephony-stop"),
            {
                "project_id": project("telephony"),
                "level": "steering",
                "title": "Telephony is stopped",
                "text": "The project ends; the workplace contract covers telephony from next year on.",
                "decided_on": day(-92),
                "rationale": "Both contracts together would cost 154,000 francs a year more.",
                "alternatives": "To buy the sets without the switchboard was dearer.",
            },
        )
    ]


def rehearsal(day: Day) -> list[Put]:
    return [
        Put(
            decision("epr-rehearsal"),
            {
                "project_id": project("epr"),
                "level": "management",
                "title": "The old records are migrated twice on trial",
                "text": "A second rehearsal is held before the first hospital goes live.",
                "decided_on": day(-31),
                "rationale": "The first one left four records of a hundred incomplete.",
            },
        )
    ]


def actions(day: Day) -> list[Put]:
    """After the wards were without telemetry: what sets it right, and what keeps it from happening again."""
    return [
        Put(
            action("network-devices-test"),
            {
                "project_id": project("network"),
                "title": "Test telemetry of each ward before its zone is closed",
                "kind": "corrective",
                "owner_id": person("rochat"),
                "due_on": day(-2),
                "expected_effect": "No ward is without telemetry again.",
            },
        ),
        Put(
            action("network-devices-list"),
            {
                "project_id": project("network"),
                "title": "List all medical devices with their addresses",
                "kind": "preventive",
                "owner_id": person("wyss"),
                "due_on": day(21),
            },
        ),
    ]


def tested() -> list[Move]:
    return [Move(action("network-devices-test"), "start"), Move(action("network-devices-test"), "complete")]

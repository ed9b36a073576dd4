"""What may happen to the projects, and how they are rated."""

from sample.telling import Day, Move, Put, assessment, person, project, risk

RISKS = {
    "epr-interfaces": ("epr", "Laboratory interfaces are finished late", "nowak",
        "The laboratory system's maker delivers its interface only with the next release.",
        "Results would not reach the record at go-live.",
        "Each month costs 160,000 francs of parallel operation."),
    "epr-acceptance": ("epr", "Night shifts are not trained in time", "hofmann",
        "Training runs in day hours.", "Wards open without enough trained staff.",
        "Go-live moves by a hospital."),
    "portal-identity": ("portal", "The identity provider is not certified", "rochat",
        "Certification takes longer than announced.", "Patients could not log in.", "The pilot waits."),
    "erp-closing": ("erp", "Year-end closing overlaps with the change", "bernasconi",
        "Finance closes both systems in the same weeks.", "Key users are missing.",
        "Acceptance slips into spring."),
    "workplace-supply": ("workplace", "Devices are delivered late", "bernasconi",
        "One maker, one factory.", "A lot of 900 devices is missing.", "The roll-out pauses for six weeks."),
    "network-devices": ("network", "Medical devices fail behind the new rules", "rochat",
        "Some makers do not document what their devices talk to.", "A device stops in the ward.",
        "Its zone is opened again, and the migration repeated."),
    "imaging-certificate": ("imaging", "The supplier's certification lapses", "keller",
        "The certificate ends before the archive is accepted.", "The archive may not hold patient data.",
        "The project waits."),
    "servicedesk-tickets": ("servicedesk", "Old tickets lose their history", "rochat",
        "The old system exports no attachments.", "Cases could not be reconstructed.",
        "Manual work of weeks."),
    "hr-data": ("hr", "Salary data are shown to the wrong people", "yilmaz",
        "Roles of two systems differ.", "A manager sees a colleague's salary.", "A report to the authority."),
}  # fmt: skip
"""Key -> project, title, owner, cause, event, effect."""

LATER = {
    "datacentre-lease": ("datacentre", "The lease cannot be prolonged", "wyss",
        "The landlord has another tenant.", "Both sites must be empty by the day.",
        "A move without a rehearsal."),
    "cloud-discount": ("cloud", "A volume discount for the whole group", "ribeiro",
        "Two sister houses move to the same platform.", "The price level falls by a step.",
        "70,000 francs a year."),
    "decisions-evidence": ("decisions", "Too few cases for a verdict", "meier",
        "The pilot ward is small.", "The result is not significant.", "A second pilot."),
}  # fmt: skip


def risks(stories: dict[str, tuple[str, str, str, str, str, str]]) -> list[Put]:
    return [
        Put(
            risk(key),
            {
                "project_id": project(on),
                "title": title,
                "owner_id": person(owner),
                "kind": "opportunity" if key == "cloud-discount" else "threat",
                "cause": cause,
                "event": event,
                "effect": effect,
            },
        )
        for key, (on, title, owner, cause, event, effect) in stories.items()
    ]


def assess(key: str, probability: int, impact: int) -> Move:
    return Move(risk(key), "assess", {"probability": probability, "impact": impact})


def monitor(key: str) -> Move:
    return Move(risk(key), "monitor")


def assessments(day: Day, days_ago: int, rated: dict[str, tuple[int, str]]) -> list[Put]:
    """Project -> (rating from 1, high risk, to 5, comment) as given by the project office on a day."""
    return [
        Put(
            assessment(f"{key}-{days_ago}"),
            {"project_id": project(key), "rated_on": day(-days_ago), "rating": rating, "comment": comment},
        )
        for key, (rating, comment) in rated.items()
    ]

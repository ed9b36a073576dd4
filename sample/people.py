"""The suppliers, the people, and who is booked on what."""

from dataclasses import dataclass
from typing import Any

from sample.telling import Day, Put, allocation, identity, person, project, role, unit, vendor

VENDORS = {
    "medivia": ("Medivia Software GmbH", "DE", "Maker of the clinical information system."),
    "nordlys": ("Nordlys Cloud AB", "SE", "Cloud platform and its operation."),
    "lemanis": ("Lémanis Conseil SA", "CH", "Consulting for finance and procurement systems."),
    "tresa": ("Tresa Networks SA", "CH", "Networks and their security."),
    "aarewerk": ("Aarewerk Informatik AG", "CH", "Workplace devices and roll-outs."),
}

UNITS = {
    "it": ("Information technology", "IT", None, "zurcher", "4100"),
    "office": ("Project office", "IT-PO", "it", "favre", "4110"),
    "architecture": ("Architecture", "IT-AR", "it", "wyss", "4120"),
    "quality": ("Quality", "IT-QA", "it", "hofmann", "4130"),
    "medicine": ("Medicine", "MED", None, "meier", "2000"),
}
"""Key -> name, code, the unit above, head, cost centre."""

ROLES = {
    "manager": ("project manager", "management", "Leads a project within time, cost and scope."),
    "architect": ("enterprise architect", "architecture", "Decides how systems fit together."),
    "analyst": (
        "business analyst",
        "analysis",
        "Finds what is needed, and writes it down so that it can be tested.",
    ),
    "tester": ("test manager", "quality", "Plans the tests, and says whether a release is fit for use."),
    "engineer": ("cloud engineer", "engineering", "Builds and automates platforms."),
    "consultant": ("ERP consultant", "engineering", "Configures the ERP system for its users."),
}
"""Key -> name, family, what somebody in it does."""

INTERNAL = {
    "favre": (
        "Claire Favre",
        "IT project director",
        "office",
        "Lausanne",
        {"portfolio management": 5},
    ),
    "zurcher": (
        "Beat Zürcher",
        "chief information officer",
        "it",
        "Bern",
        {"IT strategy": 5},
    ),
    "meier": (
        "Regula Meier",
        "chief medical information officer",
        "medicine",
        "Bern",
        {"clinical processes": 5},
    ),
    "keller": ("Nadia Keller", "project manager", "office", "Bern", {"HERMES": 5, "HL7 FHIR": 3}),
    "bernasconi": (
        "Luca Bernasconi",
        "project manager",
        "office",
        "Bellinzona",
        {"HERMES": 4, "ERP": 4},
    ),
    "rochat": (
        "Sophie Rochat",
        "project manager",
        "office",
        "Lausanne",
        {"PRINCE2": 4, "networks": 3},
    ),
    "wyss": ("Jonas Wyss", "enterprise architect", "architecture", "Bern", {"architecture": 5, "cloud": 4}),
    "yilmaz": ("Elif Yılmaz", "business analyst", "office", "Bern", {"requirements": 4, "ERP": 3}),
    "hofmann": ("Petra Hofmann", "test manager", "quality", "Bern", {"test management": 5}),
}
"""Key -> name, role, organisational unit, place, skills with their level."""

EXTERNAL = {
    "nowak": ("Tomasz Nowak", "clinical systems consultant", "medivia", "Freiburg", {"HL7 FHIR": 5}),
    "ribeiro": ("Ana Ribeiro", "cloud engineer", "nordlys", "Malmö", {"cloud": 5, "networks": 3}),
    "perrin": ("Étienne Perrin", "ERP consultant", "lemanis", "Genève", {"ERP": 5}),
}
"""The same, with the vendor in place of the unit."""

BOOKINGS = [
    ("keller", "epr", "project manager", 80, "hard", -180, 150),
    ("nowak", "epr", "interfaces", 100, "hard", -180, 120),
    ("wyss", "epr", "architect", 60, "hard", -180, 90),
    ("wyss", "cloud", "architect", 40, "hard", -180, 30),
    ("hofmann", "epr", "test manager", 70, "hard", -120, 150),
    ("rochat", "portal", "project manager", 40, "hard", -180, 60),
    ("yilmaz", "portal", "business analyst", 50, "hard", -180, 60),
    ("bernasconi", "erp", "project manager", 60, "hard", -180, 90),
    ("perrin", "erp", "consultant", 90, "hard", -180, 75),
    ("yilmaz", "hr", "business analyst", 40, "hard", -180, -10),
    ("rochat", "servicedesk", "project manager", 30, "hard", -180, -45),
    ("bernasconi", "workplace", "project manager", 40, "hard", -180, 200),
    ("ribeiro", "cloud", "engineer", 100, "hard", -180, 30),
    ("hofmann", "telephony", "test manager", 20, "soft", -180, -60),
    ("rochat", "network", "project manager", 30, "hard", -90, 120),
]
"""Person, project, role, percent, commitment, first and last day."""

REQUESTED_BOOKINGS = [
    ("wyss", "datacentre", "architect", 60, "soft", -30, 200),
    ("ribeiro", "datacentre", "engineer", 80, "soft", 20, 330),
    ("keller", "decisions", "project manager", 20, "soft", 60, 300),
]
"""Asked for later, and only softly: the architect would be at 160 percent, which nobody may commit."""


def vendors() -> list[Put]:
    return [
        Put(vendor(key), {"name": name, "country": country, "description": description})
        for key, (name, country, description) in VENDORS.items()
    ]


def units() -> list[Put]:
    return [
        Put(
            unit(key),
            {"name": name, "code": code, "cost_centre": centre}
            | ({"parent_id": unit(above)} if above else {}),
        )
        for key, (name, code, above, _, centre) in UNITS.items()
    ]


def roles() -> list[Put]:
    return [
        Put(role(key), {"name": name, "family": family, "description": description})
        for key, (name, family, description) in ROLES.items()
    ]


def heads() -> list[Put]:
    """Who leads them, once persons are there."""
    return [Put(unit(key), {"head_id": person(head)}) for key, (_, _, _, head, _) in UNITS.items()]


def persons() -> list[Put]:
    internal = [
        Put(
            person(key),
            _person(name, works_as, place, skills) | {"employment": "internal", "unit_id": unit(within)},
        )
        for key, (name, works_as, within, place, skills) in INTERNAL.items()
    ]
    external = [
        Put(
            person(key),
            _person(name, works_as, place, skills) | {"employment": "external", "vendor_id": vendor(firm)},
        )
        for key, (name, works_as, firm, place, skills) in EXTERNAL.items()
    ]
    return internal + external


def _person(name: str, works_as: str, place: str, skills: dict[str, int]) -> dict[str, Any]:
    return {
        "name": name,
        "role": works_as,
        "location": place,
        "weekly_hours": 42.0,
        "skills": [{"name": skill, "level": level} for skill, level in skills.items()],
    }


def bookings(day: Day, booked: list[tuple[str, str, str, int, str, int, int]]) -> list[Put]:
    return [
        Put(
            allocation(f"{who}-{on}"),
            {
                "person_id": person(who),
                "project_id": project(on),
                "role": works_as,
                "percent": percent,
                "commitment": commitment,
                "starts_on": day(first),
                "ends_on": day(last),
            },
        )
        for who, on, works_as, percent, commitment, first, last in booked
    ]


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody of the sample who can be logged in as."""

    subject: str
    role: str
    language: str | None = None


LOGINS = {
    "favre": Login("director", "director"),
    "rochat": Login("rochat", "manager", "fr"),
    "yilmaz": Login("yilmaz", "member"),
    "bernasconi": Login("bernasconi", "manager"),
}
"""Key of a person -> their login at the instance's own issuer."""


def logins() -> list[Put]:
    return [
        Put(identity(key), {"person_id": person(key), "issuer": "portolan-local", "subject": login.subject})
        for key, login in LOGINS.items()
    ]

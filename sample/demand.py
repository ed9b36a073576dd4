"""What the hospitals want: strategic objectives, an orientation, and requests on their way to a decision."""

from typing import Any

from sample.telling import Day, Move, Put, chf, objective, orientation, person, portfolio, request, unit

OBJECTIVES = {
    "safety": ("Safer treatment", "patients", "adverse events per 1,000 stays", 3.0),
    "time": ("More time at the bedside", "staff", "hours of documentation per shift", 1.5),
    "resilience": ("Care goes on when systems fail", "resilience", "hours of outage a year", 8.0),
}
"""Key -> title, theme, indicator and its target."""

REQUESTS = {
    "beds": ("Beds at a glance", "beds are looked for by telephone", "strategic", 180, None),
    "speech": (
        "Letters by speech",
        "letters wait three days for typing",
        "innovation",
        420,
        ("time", "strong"),
    ),
    "consent": (
        "Consent on a tablet",
        "signed forms are scanned late",
        "strategic",
        260,
        ("safety", "moderate"),
    ),
    "alarms": ("Alarms on one device", "nurses carry three devices", "strategic", 640, ("safety", "extreme")),
    "backup": (
        "Second path for backups",
        "one cable carries all backups",
        "maintenance",
        310,
        ("resilience", "strong"),
    ),
    "rota": ("One rota for all houses", "rotas are kept in sheets", "strategic", 530, ("time", "moderate")),
}
"""Key -> title, the need, the category, likely cost in thousands of francs, and what it contributes to."""


def objectives(year: int) -> list[Put]:
    return [
        Put(
            objective(key),
            {
                "title": title,
                "theme": theme,
                "kpi": kpi,
                "kpi_target": target,
                "from_year": year,
                "until_year": year + 4,
                "owner_id": person("zurcher"),
            },
        )
        for key, (title, theme, kpi, target) in OBJECTIVES.items()
    ]


def orientations(day: Day) -> list[Put]:
    cloud = {
        "kind": "technological",
        "title": "Cloud before own servers",
        "statement": "A new application runs in the cloud unless the law or the device asks for another place.",
        "rationale": "The leases of both data centres end.",
        "in_force_from": day(-180),
    }
    return [Put(orientation("cloud"), cloud)]


def adopted() -> list[Move]:
    reason = {"reason": "Decided by the board of directors."}
    things = (*map(objective, OBJECTIVES), orientation("cloud"))
    return [Move(thing, "adopt", reason) for thing in things]


def requests(day: Day, *keys: str) -> list[Put]:
    return [Put(request(key), _request(key, day)) for key in keys]


def _request(key: str, day: Day) -> dict[str, Any]:
    title, need, category, thousands, contributes = REQUESTS[key]
    contributions = (
        []
        if contributes is None
        else [{"objective_id": objective(contributes[0]), "contribution": contributes[1]}]
    )
    return {
        "title": title,
        "unit_id": unit("medicine"),
        "requester_id": person("meier"),
        "category": category,
        "need": f"{need.capitalize()}.",
        "outcome": f"It is no longer so that {need}.",
        "wanted_by": day(300),
        "portfolio_id": portfolio("care"),
        "objectives": contributions,
        "cost_low": chf(thousands * 800),
        "cost_likely": chf(thousands * 1_000),
        "cost_high": chf(thousands * 1_400),
    }


def moves(key: str, *verbs: str, reason: str = "") -> list[Move]:
    """The moves of a request, the last one with a reason."""
    body = {"reason": reason} if reason else {}
    return [Move(request(key), verb, body if verb == verbs[-1] else {}) for verb in verbs]

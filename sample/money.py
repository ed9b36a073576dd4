"""Budget lines of three fiscal years, contracts, what was spent, and what it will cost in the end."""

from collections.abc import Iterator
from datetime import date

from sample.portfolio import WHAT
from sample.telling import (
    Day,
    Move,
    Put,
    budget_line,
    chf,
    contract,
    cost,
    days_from,
    eur,
    forecast,
    project,
    vendor,
)

LINES = [
    ("epr", 2_900_000, 2_300_000, 900_000, 400_000, 300_000),
    ("portal", 400_000, 650_000, 150_000, 150_000, 100_000),
    ("imaging", 0, 1_100_000, 100_000, 600_000, 100_000),
    ("erp", 1_700_000, 1_200_000, 400_000, 450_000, 150_000),
    ("hr", 220_000, 250_000, 150_000, 0, 0),
    ("workplace", 350_000, 1_500_000, 300_000, 500_000, 100_000),
    ("network", 0, 600_000, 130_000, 200_000, 50_000),
    ("cloud", 150_000, 420_000, 190_000, 40_000, 60_000),
    ("servicedesk", 260_000, 180_000, 100_000, 0, 0),
    ("telephony", 100_000, 500_000, 100_000, 0, 0),
]
"""Project, capex of last year, capex and opex of this year, capex and opex of next year; francs."""


def budget_lines(today: date) -> list[Put]:
    """Last year's and this year's are granted; next year's are drafts of the exercise that runs."""
    return [
        _line(key, year, nature, amount, "draft" if year > today.year else "approved")
        for (key, year, nature), amount in amounts_by_year(today).items()
    ]


def amounts_by_year(today: date) -> dict[tuple[str, int, str], int]:
    """(project, fiscal year, nature) -> francs; what would lie outside the plan of a project goes to its nearest year."""
    day = days_from(today)
    amounts: dict[tuple[str, int, str], int] = {}
    for key, last, capex, opex, next_capex, next_opex in LINES:
        first, final = (date.fromisoformat(day(days)).year for days in WHAT[key][2:4])
        for year, nature, amount in (
            (today.year - 1, "capex", last), (today.year, "capex", capex), (today.year, "opex", opex),
            (today.year + 1, "capex", next_capex), (today.year + 1, "opex", next_opex),
        ):  # fmt: skip
            if amount:
                at = (key, min(max(year, first), final), nature)
                amounts[at] = amounts.get(at, 0) + amount
    return amounts


def _line(key: str, year: int, nature: str, amount: int, state: str) -> Put:
    body = {
        "project_id": project(key),
        "fiscal_year": year,
        "nature": nature,
        "amount": chf(amount),
        "state": state,
    }
    return Put(budget_line(f"{key}-{year}-{nature}"), body)


def moves_of_next_year(today: date, verb: str, natures: dict[str, tuple[str, ...]]) -> list[Move]:
    """`submit` or `approve` for next year's lines of some projects, where they go on until then."""
    year, lines = today.year + 1, amounts_by_year(today)
    return [
        Move(budget_line(f"{key}-{year}-{nature}"), verb)
        for key, which in natures.items()
        for nature in which
        if (key, year, nature) in lines
    ]


CONTRACTS = {
    "AR-1988": ("Finance system: introduction", "lemanis", "erp", "capped", -410, 90, chf(1_150_000)),
    "AR-2041": ("Clinical information system", "medivia", "epr", "fixed price", -340, 400, eur(2_950_000)),
    "AR-2049": (
        "Devices and their roll-out",
        "aarewerk",
        "workplace",
        "framework",
        -220,
        500,
        chf(1_800_000),
    ),
    "AR-2057": ("Interface specialists", "medivia", "epr", "time and material", -190, 120, chf(480_000)),
    "AR-2063": ("Cloud platform: three years", "nordlys", "cloud", "consumption", -215, 880, eur(740_000)),
    "AR-2070": ("Segmentation and migration", "tresa", "network", "fixed price", -150, 130, chf(520_000)),
}
"""Number -> title, vendor, project, kind, first and last day, value."""
NOTICE = {"AR-2041": 220, "AR-2049": 120, "AR-2063": 700}
"""Number -> the last day for notice; 90 days before it becomes due."""


def contracts(day: Day) -> list[Put]:
    return [
        Put(
            contract(number),
            {
                "number": number,
                "title": title,
                "vendor_id": vendor(firm),
                "project_id": project(on),
                "kind": kind,
                "status": "active",
                "starts_on": day(start),
                "ends_on": day(end),
                "value": value,
            }
            | ({"notice_on": day(NOTICE[number])} if number in NOTICE else {}),
        )
        for number, (title, firm, on, kind, start, end, value) in CONTRACTS.items()
    ]


SPENT = {
    "epr": (1_690_000, 1_260_000, 1_210_000, 420_000, 90_000),
    "portal": (330_000, 300_000, 240_000, 100_000, 40_000),
    "imaging": (0, 160_000, 250_000, 0, 0),
    "erp": (1_480_000, 830_000, 680_000, 190_000, 70_000),
    "hr": (255_000, 155_000, 150_000, 40_000, 4_000),
    "workplace": (140_000, 440_000, 530_000, 190_000, 40_000),
    "network": (0, 190_000, 240_000, 80_000, 30_000),
    "cloud": (140_000, 220_000, 290_000, 90_000, 20_000),
    "servicedesk": (290_000, 190_000, 68_000, 0, 0),
    "telephony": (360_000, 228_000, 0, 0, 0),
}
"""Project -> francs spent until each of the five chapters since the one before."""

DAYS = (-180, -90, -30, -7, 0)


def spent(day: Day, chapter: int) -> list[Put]:
    """The costs of a chapter: two thirds capital, one third operating expenditure."""
    return [
        put
        for key, amounts in SPENT.items()
        if amounts[chapter]
        for put in _posted(day, chapter, key, amounts[chapter])
    ]


def _posted(day: Day, chapter: int, key: str, amount: int) -> Iterator[Put]:
    running = amount // 3
    for nature, share in (("capex", amount - running), ("opex", running)):
        document = f"{key.upper()}-{chapter + 1}{nature[0].upper()}"
        body = {
            "project_id": project(key),
            "posted_on": day(DAYS[chapter]),
            "amount": chf(share),
            "nature": nature,
        }
        yield Put(cost(f"{key}-{chapter}-{nature}"), body | {"document": document})


def forecasts(day: Day, chapter: int, at_completion: dict[str, tuple[int, str]]) -> list[Put]:
    """Project -> (francs at completion, why), as seen on the chapter's day."""
    return [
        Put(
            forecast(f"{key}-{chapter}"),
            {
                "project_id": project(key),
                "forecast_on": day(DAYS[chapter]),
                "at_completion": chf(amount),
                "comment": why,
            },
        )
        for key, (amount, why) in at_completion.items()
    ]

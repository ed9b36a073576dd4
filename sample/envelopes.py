"""Envelopes of this year and the next, each with a part for either portfolio, and the estimate of a project."""

from datetime import date

from sample.telling import Move, Put, chf, envelope, estimate, portfolio, project

AMOUNTS = {"applications": (7_500_000, 3_000_000), "infrastructure": (5_500_000, 2_000_000)}
"""Portfolio -> francs of this year and of the next."""
NAMES = {"applications": "Applications", "infrastructure": "Infrastructure and workplace"}


def envelopes(today: date) -> list[Put]:
    """The whole of each year, then its parts."""
    puts = []
    for place, year in enumerate((today.year, today.year + 1)):
        annual = {"kind": "annual", "fiscal_year": year}
        whole = envelope(str(year))
        amount = sum(amounts[place] for amounts in AMOUNTS.values())
        puts.append(Put(whole, annual | {"name": f"IT projects {year}", "amount": chf(amount)}))
        for key, amounts in AMOUNTS.items():
            part = {"name": f"{NAMES[key]} {year}", "parent_id": whole, "portfolio_id": portfolio(key)}
            puts.append(Put(envelope(f"{year}-{key}"), annual | part | {"amount": chf(amounts[place])}))
    return puts


def approvals(today: date) -> list[Move]:
    """This year's are granted; next year's are drafts of the exercise that runs."""
    year = str(today.year)
    return [Move(envelope(key), "approve") for key in (year, *(f"{year}-{one}" for one in AMOUNTS))]


def estimates(today: date) -> list[Put]:
    """What imaging is expected to cost, by three points, and to run."""
    lines = [
        ("Archive and viewers", 900_000, 1_050_000, 1_300_000, "capex"),
        ("Migration of images", 350_000, 450_000, 800_000, "capex"),
        ("Training", 150_000, 200_000, 260_000, "opex"),
    ]
    body = {
        "project_id": project("imaging"),
        "basis": "three_point",
        "accuracy_class": 3,
        "lines": [
            {"name": name, "low": chf(low), "likely": chf(likely), "high": chf(high), "nature": nature}
            for name, low, likely, high, nature in lines
        ],
        "run_cost_by_year": [
            {"fiscal_year": today.year + 2 + place, "amount": chf(120_000)} for place in range(3)
        ],
        "assumptions": "All images of the last ten years are taken over.",
    }
    return [Put(estimate("imaging"), body)]


def baselines() -> list[Move]:
    return [Move(estimate("imaging"), verb) for verb in ("review", "baseline")]

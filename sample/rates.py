"""What an hour or a day of work costs: by role, by supplier, and one agreed with a person."""

from datetime import date
from typing import Any

from sample.telling import Put, chf, eur, person, rate_card, role, vendor

ROLES = {"manager": 135, "architect": 150, "analyst": 125, "tester": 120, "engineer": 130, "consultant": 140}
"""Role -> francs an hour."""


def rates(today: date) -> list[Put]:
    """From the first day of last year; who supplies somebody agreed a rate of its own."""
    since = {"valid_from": date(today.year - 1, 1, 1).isoformat()}
    this_year = {"valid_from": date(today.year, 1, 1).isoformat()}
    to_come = {"valid_from": date(today.year + 1, 1, 1).isoformat()}
    last_year = since | {"valid_until": date(today.year - 1, 12, 31).isoformat()}
    cards: dict[str, dict[str, Any]] = {
        key: {"role_id": role(key), "amount": chf(francs)} | since for key, francs in ROLES.items()
    }
    cards |= {
        "architect-senior": {"role_id": role("architect"), "grade": "senior", "amount": chf(175)} | since,
        "lemanis-last-year": {"vendor_id": vendor("lemanis"), "per": "day", "amount": chf(1_480)} | last_year,
        "lemanis": {"vendor_id": vendor("lemanis"), "per": "day", "amount": chf(1_520)} | this_year,
        "nordlys": {"vendor_id": vendor("nordlys"), "role_id": role("engineer"), "amount": eur(145)} | since,
        "nowak": {"person_id": person("nowak"), "amount": chf(190)} | since,
        "manager-charged": {"kind": "charge", "role_id": role("manager"), "amount": chf(180)} | to_come,
    }
    return [Put(rate_card(key), body) for key, body in cards.items()]

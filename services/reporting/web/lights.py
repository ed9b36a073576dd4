"""Health as the pages show it: neutral where nothing is known, which the API counts as green and gives the reason for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.reporting.figures.health import AMBER, GREEN, RED, UNKNOWN
from services.reporting.web.reasons import reason_in
from services.reporting.web.words import Words

NEUTRAL = "neutral"
TONES = {GREEN: "good", AMBER: "warn", RED: "bad"}


def light_of(health: Mapping[str, Any]) -> str:
    return NEUTRAL if UNKNOWN in health["reasons"] else str(health["overall"])


def lights_of(summary: Mapping[str, Any]) -> dict[str, int]:
    """Light -> how many projects of a portfolio show it; the neutral one only where there are some."""
    by_health, neutral = summary["counts"]["by_health"], summary["without_information"]
    lights: dict[str, int] = by_health | {GREEN: by_health[GREEN] - neutral}
    return lights | {NEUTRAL: neutral} if neutral else lights


def reasons_of(item: Mapping[str, Any], words: Words) -> list[str]:
    """Why a project's health is what it is, with numbers as the pages write them."""
    health = item["health"]
    if light_of(health) == NEUTRAL:
        return [words.gettext("cost and time cannot be judged yet")]
    reasons = []
    if health["cost"] in (AMBER, RED):
        over = words.decimal(-Decimal(item["cost"]["variance_pct"]), 1)
        reasons.append(words.gettext("%s%% over plan") % over)
    if health["time"] in (AMBER, RED):
        schedule = item["schedule"]
        days = (schedule["variance_days"], schedule["start_variance_days"])
        late = -min(d for d in days if d is not None)
        reasons.append(words.ngettext("%s day late", "%s days late", late) % words.number(late))
    if health["risk"] in (AMBER, RED):
        reasons.append(reason_in(words, health["reasons"][-1]))
    return reasons

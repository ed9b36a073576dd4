"""Why a figure is missing, or a health is what it is, in the language of the page.

Dashboards and stored states give reasons as English sentences. Each is known here by its shape, so that a catalogue
translates it; one that is not known here is shown as it is. Refusals bring their values along: `shared.base.texts`.
"""

import re

from services.reporting.web.words import N_, STAGES, Words

SHAPES = (
    N_("no amounts"),
    N_("no rate from %(others)s to %(currency)s"),
    N_("amounts in %(currencies)s, and no reporting currency"),
    N_("%(n)s of the amounts is not of the plan's currency, and no rate"),
    N_("%(n)s of the amounts are not of the plan's currency, and no rate"),
    N_("%(n)s projects have no variance and are left out of it"),
    N_("no planned finish"),
    N_("no planned start"),
    N_("not approved yet"),
    N_("%(stage)s without an actual finish"),
    N_("%(stage)s without an actual start"),
    N_("planned cost is 0"),
    N_("no planned cost"),
    N_("no forecast cost"),
    N_("plan in %(plan)s, forecast in %(forecast)s, and no rate"),
    N_("actual cost in %(cost)s, plan in %(plan)s, and no rate"),
    N_("no work package with a budget in the project's currency"),
    N_("a work package with a budget has no planned dates"),
    N_("no planned value yet"),
    N_("no actual cost"),
    N_("it has parts in another currency, or more than 18 digits"),
    N_("the amount has more than 18 digits"),
    N_("a risk has occurred"),
    N_("%(n)s risks have occurred"),
    N_("a risk of score %(score)s"),
    N_("the project was archived"),
    N_("the project was %(stage)s"),
)
"""Reasons with their values left out."""

_PLACE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def _named_group(place: re.Match[str]) -> str:
    return f"(?P<{place[1] or place[2]}>.+?)"


def _vagueness(shape: str) -> tuple[int, int]:
    literal = _PLACE.sub("", shape)
    return shape.count("%("), -len(literal)


_REASONS = [
    (shape, re.compile(_PLACE.sub(_named_group, re.escape(shape))))
    for shape in sorted(SHAPES, key=_vagueness)
]
"""Each shape with the pattern that finds its values, the most literal first."""


def reason_in(words: Words, reason: str | None) -> str:
    """The reason as the page's language says it; empty where there is none."""
    for shape, pattern in _REASONS:
        if match := pattern.fullmatch(reason or ""):
            values = match.groupdict()
            if "stage" in values:
                values["stage"] = words.name_in(STAGES, values["stage"]).lower()
            return words.gettext(shape) % values if values else words.gettext(shape)
    return reason or ""

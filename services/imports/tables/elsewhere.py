"""Why a column has no place in a register, and where what it says belongs."""

import re
from collections.abc import Mapping

from services.imports.tables import wordings
from services.imports.tables.conventions import ColumnSurvey
from services.imports.tables.fitting import is_health
from services.imports.tables.naming import targets_by_name
from services.imports.tables.targets import Target
from services.imports.tables.wordings import Heading, joined
from shared.base.texts import Text
from shared.contracts.words import Called

_YEAR = re.compile(r"\?(?:fy|gj)?(?:(?:19|20)[0-9]{2}|[0-9]{2})")
_AMOUNTS = frozenset({"budget", "cost", "amount", "planned", "forecast", "spent", "fiscal", "capex", "opex"})

FEW = 2
"""Registers that a name points to; one that more have points to none."""

REASONS: Mapping[str, Text] = {
    "health": Text("Portolan works health out itself, from dates and costs"),
    "remaining": Text("Portolan works it out itself, from plans and costs"),
    "duration": Text("it follows from the start and the finish"),
    "updated": Text("Portolan notes itself when a record was made and changed"),
    "author": Text("Portolan notes itself who made and changed a record"),
    "spent": Text(
        "what was spent is a register of its own: bring it in with --as actual-costs, a row for each posting"
    ),
    "progress": Text("progress is that of work packages: bring it in with --as work-packages"),
    "comment": Text("comments are a register of their own: bring them in with --as projects.comments"),
    "evm": Text("Portolan works it out itself, from plans, progress and costs"),
    "as_of": Text(
        "the day of which a row speaks: name it as date_column in the mapping if rows are to be dated so"
    ),
    "confidence": Text("ratings are a register of their own: bring them in with --as assessments"),
    "by_nature": Text(
        "amounts by nature and year are a register of their own: bring them in with --as budget-lines"
    ),
    "actual_dates": Text("actual dates follow from the progress that is reported"),
    "rating": Text(
        "Portolan rates risks by probability and impact, from 1 to 5, and works the score out itself"
    ),
    "archived": Text("who has left is archived in Portolan, not brought in with a table"),
    "weekly_hours": Text("Portolan holds weekly hours instead: 21 for half of a week of 42"),
    "mitigation": Text("Portolan has no measures yet; the description of the risk can hold them"),
}
"""Code of `columns.words.toml` -> why."""


def reason(of: Heading, survey: ColumnSurvey, target: Target) -> Text | None:
    """Why a column that names no member of the target is not taken; None where nothing is known of it."""
    kind = target.entry.name
    reasons = wordings.elsewhere(kind)
    ideas = of.ideas - {kind}
    code = reasons.get(of.ideas) or reasons.get(ideas) or reasons.get(ideas - {"date"})
    if code is None and is_health(survey):
        code = "health"
    if code is None and _is_of_a_year(of) and target.entry.name != "budget_line":
        code = "by_nature"
    return None if code is None else REASONS[code]


def of_another_register(of: Heading, target: Target) -> Text | None:
    """Where a column belongs that is called like members of one or two other registers only."""
    places = [
        (other, field)
        for other, field in targets_by_name().get(joined(of.text), ())
        if other.register != target.register and field.use != "row"
    ]
    if not places or len({other.register for other, _ in places}) > FEW:
        return None
    other, field = places[0]
    label = Called("member", f"{other.entry.name}.{field.path}", field.label())
    return Text("it may be {member} of another register: --as {name}", member=label, name=other.name)


def _is_of_a_year(of: Heading) -> bool:
    """Whether it names an amount of a single year: `Budget 2026`, `FY26 Budget`, or `2026` alone."""
    are_years = bool(of.unknown) and all(_YEAR.fullmatch(word) for word in of.unknown)
    is_year_alone = of.ideas == of.unknown and all(len(word) == len("?2026") for word in of.ideas)
    return are_years and (is_year_alone or bool(of.ideas & _AMOUNTS))

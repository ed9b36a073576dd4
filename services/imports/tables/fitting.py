"""How well the cells of a column fit a member: a column of dates is no amount, whatever it is called."""

from collections.abc import Callable

from services.imports.tables.choices import is_level, propose_values
from services.imports.tables.conventions import ColumnSurvey
from services.imports.tables.references import REVERSES
from services.imports.tables.surveying import Reads
from services.imports.tables.targets import ID, TargetField
from shared.base.currencies import DECIMALS
from shared.base.ids import is_canonical
from shared.base.text import folded

ENOUGH = 0.6
"""The share of the cells that must fit."""
ENOUGH_CHOICES = 0.3
"""The same of columns that are surely called like a choice: what the other texts stand for, people say in the mapping."""
LIGHTS = frozenset(
    {
        "red", "amber", "yellow", "green", "grey", "gray", "blue", "rouge", "orange", "jaune", "vert", "rot", "gelb", "grun",
        "gruen", "grau", "r", "a", "g", "y", "o", "v", "ok", "sunny", "cloudy", "stormy", "ensoleille", "nuageux", "orageux",
        "on track", "at risk", "off track", "on_track", "at_risk", "off_track", "on-track", "at-risk", "off-track", "off plan",
        "auf kurs", "kritisch", "critical",
    }
)  # fmt: skip
"""What columns of health have in their cells."""


def share_of(survey: ColumnSurvey, *reads: Reads) -> float:
    """The share of the cells that can be read as one of these, up to 1; placeholders do not count."""
    return min(1.0, sum(survey.reads[read] for read in reads) / survey.telling) if survey.telling > 0 else 1.0


def share_where(survey: ColumnSurvey, is_so: Callable[[str], bool]) -> float:
    """The share of the cells whose text is so, among the texts that were counted."""
    total = sum(survey.texts.values())
    return sum(count for text, count in survey.texts.items() if is_so(text)) / total if total else 1.0


def is_own_id(text: str) -> bool:
    """An id as Portolan gives them, a UUID of version 7; those of other systems are keys."""
    return is_canonical(text) and text[14] == "7"


def is_mail(text: str) -> bool:
    name, _, domain = text.partition("@")
    return bool(name) and "." in domain and " " not in text.strip()


def is_currency(text: str) -> bool:
    """Whether a text is the code of a currency, written as codes are: no word stands so in every cell."""
    return text.strip() in DECIMALS


def is_like_a_key(text: str) -> bool:
    """A short text without blanks that has a digit, such as `P-0017`, `1944` or `ERP-17`."""
    return len(text) <= 40 and " " not in text and any(c.isdigit() for c in text)


def is_unique(survey: ColumnSurvey, rows: int) -> bool:
    """Whether each row has a text of its own there."""
    return rows > 0 and survey.filled == rows and all(n == 1 for n in survey.texts.values())


def is_health(survey: ColumnSurvey) -> bool:
    """Whether the cells are traffic lights. Y is yes rather than yellow where the others say yes and no."""
    if not survey.texts or share_of(survey, "yes_no") == 1.0:
        return False
    return share_where(survey, lambda text: folded(text) in LIGHTS) >= ENOUGH


def _share_unmatched(aggregate: str, field: TargetField, survey: ColumnSurvey) -> float:
    """The share of the cells that stand for none of the choices, as far as anybody knows."""
    unmatched = frozenset(propose_values(field.of, survey, field.owner(aggregate)).unmatched)
    return share_where(survey, unmatched.__contains__) if survey.texts else 0.0


def fit(aggregate: str, field: TargetField, survey: ColumnSurvey) -> float:
    """From 0, where the cells cannot be meant, to 1; 1 of an empty column too, for nothing speaks against it."""
    if field.of.kind in ("part", "map") or (field.of.kind == "rows" and not field.is_taken):
        return share_where(survey, lambda text: ": " in text) if survey.filled else 0.0
    if survey.filled == 0:
        return 1.0
    if field.path == ID:
        return share_where(survey, is_own_id)
    if field.path == REVERSES:  # and no mark that it was reversed
        return 1.0 - share_of(survey, "yes_no", "day")
    match field.of.kind:
        case "day" | "instant":
            return share_of(survey, "day", "serial", "period")
        case "money" | "number" | "integer":
            if is_level(field.of):
                return 1.0 - _share_unmatched(aggregate, field, survey)
            return share_of(survey, "number", *(("period",) if field.of.is_year else ()))
        case "yes_no":
            return share_of(survey, "yes_no")
        case "choice":
            return 1.0 - _share_unmatched(aggregate, field, survey)
        case "currency":
            return share_where(survey, lambda text: text.strip().upper() in DECIMALS)
        case "reference":
            return 1.0 - share_of(survey, "day")
        case "line" | "prose" if field.of.name == "email":
            return share_where(survey, is_mail)
        case _:
            return 1.0

"""What the cells of a column show where its name says nothing: mail addresses, states, currencies, keys and names."""

from collections.abc import Collection, Sequence

from services.imports.tables.choices import propose_values
from services.imports.tables.conventions import ColumnSurvey
from services.imports.tables.fitting import is_like_a_key, is_mail, is_unique, share_where
from services.imports.tables.targets import KEY, Target, TargetField
from services.imports.tables.wordings import Heading

NEARLY = 0.9
MOST_CHOICES = 15
"""Distinct texts of a column of choices."""
SHORTEST_NAME = 4
"""Characters that names have on average."""


def says_nothing(of: Heading) -> bool:
    """Whether the name of a column has no word that is known, such as the letter of a column without a name."""
    return of.ideas == of.unknown


def members_shown(
    survey: ColumnSurvey, rows: int, target: Target, filled: Collection[str]
) -> list[TargetField]:
    """The members, not filled yet, that the cells may be; the surest first."""
    if survey.filled < 2:
        return []
    free = [field for field in target.columns if field.path not in filled]
    fitting = [f for f in free if f.of.name == "email" and share_where(survey, is_mail) >= NEARLY]
    if not fitting and len(survey.texts) > 1:
        fitting = [f for f in free if f.of.kind == "choice" and _are_choices(f, survey, target)]
    if not fitting and is_unique(survey, rows):
        fitting = _keys_or_names(survey, target, free)
    return fitting if len(fitting) == 1 else []


def _are_choices(field: TargetField, survey: ColumnSurvey, target: Target) -> bool:
    return (
        survey.is_complete
        and len(survey.texts) <= MOST_CHOICES
        and not propose_values(field.of, survey, field.owner(target.entry.name)).unmatched
    )


def _keys_or_names(survey: ColumnSurvey, target: Target, free: Sequence[TargetField]) -> list[TargetField]:
    if share_where(survey, is_like_a_key) >= NEARLY and not survey.reads["day"]:
        return [field for field in free if field.path == KEY]
    is_in_words = survey.reads["text"] >= NEARLY * survey.filled
    length = sum(map(len, survey.texts)) / max(1, len(survey.texts))
    title = target.entry.title[:1]
    if is_in_words and length >= SHORTEST_NAME:
        return [f for f in free if (f.path,) == title and f.of.kind == "line" and f.required]
    return []

"""Editions: what binds is never edited. Its next edition is an aggregate of its own, which takes its place (ADR 0071).

@aggregate("projects", "scoring-models", editions=ModelState.ACTIVE)
class ScoringModel(Edition): ...
"""

from typing import Annotated

from pydantic import Field

from shared.contracts.language.shapes import Aggregate, Fact
from shared.contracts.language.values import Id
from shared.contracts.members import SAME_KIND, filterable, names, not_given, sortable

SUPERSEDED = "superseded"
"""The state of an edition in whose place the next one binds, and the fact that tells it."""


class Edition(Aggregate):
    """One edition of something that is not edited any more once it binds."""

    edition: Annotated[int, Field(ge=1), sortable, not_given] = 1
    """Which edition it is, counted from 1."""
    supersedes_id: Annotated[Id | None, names(SAME_KIND), filterable, not_given] = None
    """The edition before, which binds until this one does; null of the first."""


class Superseded(Fact):
    """The next edition binds in its place."""

    by_id: Id
    """The edition that binds from now on."""

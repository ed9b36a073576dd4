"""What holds of portfolios: thresholds rise, and the hierarchy has no cycle."""

from collections.abc import Sequence
from uuid import UUID

from shared.base.errors import Fault, Invalid
from shared.contracts.projects import Portfolio, Thresholds

DEEPEST = 20
"""Levels of the hierarchy; more than any organisation has."""


def thresholds_rise(portfolio: Portfolio) -> None:
    held = portfolio.thresholds or Thresholds()
    for kind, amber, red in (
        ("cost", held.cost_amber_pct, held.cost_red_pct),
        ("time", held.time_amber_days, held.time_red_days),
    ):
        if red < amber:
            raise Invalid(
                f"{kind}: red begins before amber",
                Fault("below_amber", "not below amber", pointer=f"/thresholds/{kind}_red"),
            )


def not_under_itself(id: UUID, ancestors: Sequence[UUID]) -> None:
    """`ancestors` are the parents from the nearest upwards."""
    if id in ancestors or len(ancestors) > DEEPEST:
        chain = " under ".join(str(a) for a in (id, *ancestors[:DEEPEST]))
        raise Invalid(
            f"the hierarchy would be a cycle: {chain}", Fault("cycle", "leads back", pointer="/parent_id")
        )

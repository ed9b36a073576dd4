"""What holds of portfolios: thresholds rise, and the hierarchy has no cycle and no end of levels."""

from uuid import UUID

from shared.base.errors import Fault, Invalid
from shared.contracts.projects.strategy import Portfolio, Thresholds
from shared.domain.trees import Parents

DEEPEST = 30
"""The most levels of the hierarchy, the top one included; more than any organisation has."""


def thresholds_rise(portfolio: Portfolio) -> None:
    thresholds = portfolio.thresholds or Thresholds()
    for kind, amber, red in (
        ("cost", thresholds.cost_amber_pct, thresholds.cost_red_pct),
        ("time", thresholds.time_amber_days, thresholds.time_red_days),
    ):
        if red < amber:
            raise Invalid(
                f"{kind}: red begins before amber",
                Fault("below_amber", "not below amber", pointer=f"/thresholds/{kind}_red"),
            )


def fits_into(id: UUID, parent_id: UUID, parents: Parents[UUID]) -> None:
    """Under `parent_id` it is not under itself, and what stands under it is not too deep.

    `parents` is the hierarchy, in which the portfolio may still stand where it stood.
    """
    above = parents.above(parent_id)
    if id in above:
        chain = " under ".join(str(one) for one in (id, *above[: above.index(id) + 1]))
        raise Invalid(
            f"the hierarchy would be a cycle: {chain}", Fault("cycle", "leads back", pointer="/parent_id")
        )
    levels = len(above) + parents.height(id)
    if levels > DEEPEST:
        raise Invalid(
            f"the hierarchy would have {levels} levels; it has at most {DEEPEST}",
            Fault("too_deep", f"at most {DEEPEST} levels", pointer="/parent_id"),
            code="too_deep",
        )

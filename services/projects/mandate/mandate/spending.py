"""What a mandate lets be spent."""

from shared.base.money import Money
from shared.contracts.projects.mandate import Mandate


def cost_of(mandate: Mandate) -> Money | None:
    """All that it lets be spent: the budget, and what is set aside for changes."""
    if mandate.budget is None or mandate.change_budget is None:
        return mandate.budget
    return Money.of(mandate.budget.minor + mandate.change_budget.minor, mandate.budget.currency)

"""What holds of actual costs: posted is posted. A reversal names its original, a credit the document that it rests on."""

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.finance.control import ActualCost
from shared.contracts.language import entry_of
from shared.domain.acts import CREATE
from shared.domain.stages import Act

POSTED = entry_of(ActualCost).members.fixed
"""The members that stay as they were posted."""


def is_new_spending(cost: ActualCost) -> bool:
    """Whether it takes from the budget, and neither reverses another nor gives anything back."""
    return cost.reverses_id is None and cost.amount.minor > 0


def act(deed: str, cost: ActualCost, before: ActualCost | None) -> Act:
    """What was posted is only ever corrected: reversed, credited, annotated, archived, restored."""
    return Act.COST if deed == CREATE and is_new_spending(cost) else Act.CORRECTION


def goes_with_its_original(reversal: ActualCost, original: ActualCost | None) -> None:
    """What it reverses would count again, as if nothing had been taken back."""
    if original is not None and original.archived_at is None:
        raise Conflict(
            "a reversal is archived with what it reverses; post the cost again where it was reversed in error",
            Fault("reversal", Text("reverses {id}", id=original.id), pointer=""),
            code="has_dependents",
            dependents=[{"kind": "actual_cost", "id": str(original.id)}],
            dependents_count=1,
        )


def as_posted(cost: ActualCost, before: ActualCost) -> None:
    changed = [m for m in POSTED if getattr(cost, m) != getattr(before, m)]
    if changed:
        raise Conflict(
            "what was posted is not revised; post a negative cost that reverses it",
            *(Fault("immutable", "stays as posted", pointer=f"/{m}") for m in changed),
            code="posted",
        )


def signs(cost: ActualCost) -> None:
    """Costs are positive. What gives money back says why: it reverses another, or is a credit with its document."""
    if cost.amount.minor == 0:
        raise Invalid("a cost of nothing", Fault("zero", "not zero", pointer="/amount"))
    if cost.amount.minor < 0 and cost.reverses_id is None and not cost.document:
        raise Invalid(
            "a negative cost names what it reverses, or the document of the credit",
            Fault("reversal", "negative, without reverses_id or document", pointer="/amount"),
            code="reversal",
        )


def reverses(cost: ActualCost, original: ActualCost | None, reversed_minor: int) -> None:
    """A reversal is of the same project, and all reversals together take back no more than was posted."""
    if original is None or original.project_id != cost.project_id:
        raise Invalid(
            "there is no such cost to reverse", Fault("not_found", "no such cost", pointer="/reverses_id")
        )
    if original.archived_at is not None:
        raise Conflict(
            "what it reverses is archived",
            Fault("archived", "archived", pointer="/reverses_id"),
            code="archived",
        )
    if original.reverses_id is not None:
        raise Invalid(
            "a reversal is not reversed", Fault("reversal", "itself a reversal", pointer="/reverses_id")
        )
    is_credit = original.amount.minor < 0
    if (cost.amount.minor < 0) == is_credit:
        raise Invalid(
            "a reversal has the other sign than what it reverses",
            Fault("reversal", "the other sign", pointer="/amount"),
            code="reversal",
        )
    rest = original.amount.minor + reversed_minor + cost.amount.minor
    if rest > 0 if is_credit else rest < 0:
        raise Conflict("more would be reversed than was posted", code="reversed_too_much")


def belongs(cost: ActualCost, package_project_id: str) -> None:
    if package_project_id != str(cost.project_id):
        raise Invalid(
            "the work package is of another project",
            Fault("other_project", "another project", pointer="/work_package_id"),
        )

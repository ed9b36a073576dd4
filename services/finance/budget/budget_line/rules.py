"""What a budget line may do: it is submitted, approved or returned; approved money is not revised."""

from shared.base.errors import Conflict, Fault, Forbidden, Invalid
from shared.base.texts import Text
from shared.contracts.finance.budget import (
    BudgetLine,
    BudgetLineApproved,
    BudgetLineReturned,
    BudgetLineSubmitted,
    BudgetState,
)
from shared.contracts.words import called_state
from shared.domain.acts import ARCHIVE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.stages import Act

S = BudgetState

LIFECYCLE = Lifecycle(
    "state",
    {
        "submit": Move(S.DRAFT, S.SUBMITTED, BudgetLineSubmitted, needs="write"),
        "approve": Move(S.SUBMITTED, S.APPROVED, BudgetLineApproved),
        "return": Move((S.SUBMITTED, S.APPROVED), S.DRAFT, BudgetLineReturned, by_maker_too=True),
    },
)


def act(deed: str, line: BudgetLine, before: BudgetLine | None) -> Act:
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.BUDGET_LINE


def has_money_for_something(line: BudgetLine) -> None:
    if line.amount.minor < 0:
        raise Invalid("a budget is not negative", Fault("negative", "not below zero", pointer="/amount"))
    if line.forecast is not None and line.forecast.minor < 0:
        raise Invalid("a forecast is not negative", Fault("negative", "not below zero", pointer="/forecast"))
    if line.forecast is not None and line.forecast.currency != line.amount.currency:
        raise Invalid(
            "a budget line and its forecast are in one currency",
            Fault("other_currency", "the currency of the amount", pointer="/forecast"),
            code="other_currency",
        )
    if line.project_id is None and line.programme_id is None:
        raise Invalid(
            "a budget line is for a project or a programme",
            Fault("missing", "this or programme_id is needed", pointer="/project_id"),
            code="for_nothing",
        )


def has_a_nature(line: BudgetLine) -> None:
    """Only an import may leave open whether money is capital or operating expenditure."""
    if line.nature is None:
        raise Invalid("a budget line is capex or opex", Fault("missing", "needed", pointer="/nature"))


def may_be_revised(state: BudgetState) -> None:
    if state != S.DRAFT:
        raise Conflict(
            Text(
                "a line that is {state} is not revised; return it first",
                state=called_state("budget_line", state.value),
            ),
            code="not_draft",
        )


def state_is_moved_to(line: BudgetLine, before: BudgetLine | None) -> None:
    """Only an import may set a state; everybody else makes moves."""
    stood = S.DRAFT if before is None else before.state
    if line.state != stood:
        raise Forbidden(
            "only an importer may set a state; use the moves",
            Fault("import_only", "needs import", pointer="/state"),
        )

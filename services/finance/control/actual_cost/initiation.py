"""While a project is initiated it spends up to the budget of its initiation mandate, and no more.

What the mandates say is kept here as projects tells it. A cost in another currency than that of the mandate counts as above:
nobody can tell.
"""

from services.finance.tables import KNOWN_PROJECT
from shared.base.errors import Conflict, Fault
from shared.base.money import Money
from shared.base.texts import Text
from shared.contracts.finance.control import ActualCost
from shared.contracts.projects.mandate import Mandate, MandateKind, MandateState
from shared.contracts.projects.structure import Stage
from shared.domain.work import Work
from shared.messaging.bus import Record
from shared.messaging.reactions import EVERY, On, on

REMEMBER = """
INSERT INTO known_mandate (id, project_id, version, binds, budget, currency) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, binds = excluded.binds, budget = excluded.budget, currency = excluded.currency
WHERE excluded.version > known_mandate.version
"""
BUDGET = (
    "SELECT budget, currency FROM known_mandate WHERE project_id = ? AND binds = 1 ORDER BY id DESC LIMIT 1"
)


async def mandate_told(work: Work, record: Record) -> None:
    mandate = record.state(Mandate)
    if mandate.kind is not MandateKind.INITIATION or mandate.budget is None:
        return
    binds = int(mandate.state is MandateState.SIGNED and mandate.archived_at is None)
    budget = mandate.budget
    row = (str(mandate.id), str(mandate.project_id), mandate.version, binds, budget.minor, budget.currency)
    work.add_statement(REMEMBER, [row])


async def refuse_beyond(work: Work, cost: ActualCost) -> None:
    """Refuse (409 `initiation_budget_spent`) a cost that the initiation mandate has no room for; of two that would take the
    last of it at once, one is refused."""
    project = await KNOWN_PROJECT.get(work, cost.project_id)
    if project is None or project.stage is not Stage.INITIATING:
        return
    await work.guard(f"initiation {cost.project_id}")
    rows = await work.store.fetch(BUDGET, (str(cost.project_id),))
    if not rows:
        return
    [(budget, currency)] = rows
    spent = sum(one.amount.minor for one in await _costs(work, cost) if one.amount.currency == currency)
    if cost.amount.currency != currency or spent + cost.amount.minor > budget:
        rest = Money.of(max(budget - spent, 0), currency)
        raise Conflict(
            Text(
                "the initiation may cost {amount} {currency} more",
                amount=rest.amount,
                currency=rest.currency,
            ),
            Fault("initiation_budget_spent", "more than is left", pointer="/amount"),
            code="initiation_budget_spent",
            left=rest.model_dump(),
        )


async def _costs(work: Work, cost: ActualCost) -> list[ActualCost]:
    """All other costs of the project; while it is initiated they are few."""
    stored = await work.select(ActualCost, "project_id = ?", (str(cost.project_id),))
    return work.with_staged(
        ActualCost,
        stored,
        lambda one: one.project_id == cost.project_id and one.id != cost.id and one.archived_at is None,
    )


REACTIONS: tuple[On, ...] = (on(Mandate, EVERY, mandate_told, of_history=mandate_told),)

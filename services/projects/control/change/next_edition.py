"""The next edition of the mandate, opened by an approved change that moves its terms.

A change within the tolerances moves no terms: that is what they are for. One beyond them does. The draft then has the budget
and the last day as they are with all changes approved since the mandate was signed; whoever signs it may still write it anew.
The edition before binds until it is signed.
"""

from datetime import timedelta

from services.projects.control.change import rules
from services.projects.control.change.authority import approved_under, impact_of
from services.projects.control.terms import binding_mandate_of, terms_of
from services.projects.control.tolerances import Sum, added_up
from services.projects.mandate.mandate.api import MANDATES
from services.projects.mandate.mandate.binding import mandates_of
from shared.base.money import Money
from shared.contracts.language import plain
from shared.contracts.projects.change import Authority, Change
from shared.contracts.projects.mandate import Mandate, MandateState, PlannedMilestone
from shared.domain.register import make_next_edition, write
from shared.domain.work import Work

OPEN = (MandateState.DRAFT, MandateState.IN_REVIEW)


async def open_next_edition(work: Work, change: Change) -> None:
    """One that is open already takes this change in as long as it is a draft."""
    if change.conceded or change.authority is Authority.MANAGER:
        return
    mandate = await binding_mandate_of(work, change.project_id)
    if mandate is None:
        return
    mandates = await mandates_of(work, change.project_id)
    draft = next((one for one in mandates if one.supersedes_id == mandate.id and one.state in OPEN), None)
    counted = [change]
    if draft is None:
        draft = await make_next_edition(work, MANDATES, mandate)
        approved = await approved_under(work, change.project_id, terms_of(mandate))
        counted = [one for one in approved if rules.moves_terms(one)]
    if draft.state is MandateState.DRAFT:
        move_terms(draft, added_up(map(impact_of, counted)))
        if work.is_changed(draft):
            await write(work, MANDATES, draft, plain(Mandate, "revised"))


def move_terms(draft: Mandate, total: Sum) -> None:
    """What the changes cost is added to the budget, in its currency; the last day of the plan is moved."""
    if draft.budget is not None and (minor := total.cost.get(draft.budget.currency)):
        draft.budget = Money.nearest(max(0, draft.budget.minor + minor), draft.budget.currency)
    if draft.plan and total.days:
        last = max(one.due_on for one in draft.plan)
        draft.plan = [
            PlannedMilestone(milestone=one.milestone, due_on=one.due_on + timedelta(days=total.days))
            if one.due_on == last
            else one
            for one in draft.plan
        ]

"""The routes of envelopes, and their figures as of a day."""

from pydantic import Field

from services.finance.budget.envelope import commands, rules
from services.finance.budget.envelope.figures import EnvelopeFigures, figures_of
from services.finance.budget.envelope.model import EnvelopeRow
from shared.contracts.finance.budget import BudgetEnvelope
from shared.contracts.language import Day
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.as_of import day_asked
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.query import Query
from shared.http.routes import Routes

ENVELOPES = Register(
    BudgetEnvelope,
    EnvelopeRow,
    check=commands.check,
    after=commands.after,
    read_in=commands.read_in,
    carried=commands.carried,
    lifecycle=rules.LIFECYCLE,
    dependents=(Dependents(EnvelopeRow, "parent_id"),),
)


class FiguresQuery(Query):
    """As of which day."""

    as_of: Day | None = Field(
        default=None,
        description="The day at whose end the figures are asked for, at the latest today; today where left out.",
    )


routes = Routes("finance", "Envelopes")
register_routes(routes, ENVELOPES)


@routes.get("/v1/envelopes/{id}/figures", refusals=(404,))
async def figures(call: Call, id: Id, query: FiguresQuery) -> Answer[EnvelopeFigures]:
    """Figures of an envelope: what is reserved, approved, committed and spent of it and of its parts, and what is available."""
    envelope = await call.work.load(BudgetEnvelope, id)
    answer = await figures_of(call, envelope, day_asked(call, query.as_of))
    return Answer(200, answer.model_dump_json().encode())

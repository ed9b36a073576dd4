"""The routes of rate cards, and which one counts for some work on a day."""

from pydantic import Field

from services.finance.calendar.rate_card import commands, rules
from services.finance.calendar.rate_card.model import RateCardRow
from shared.base.errors import NotFound
from shared.contracts.finance.calendar import RateCard, RateKind
from shared.contracts.language import AnswerShape, Day, Id, Line
from shared.domain.days import today
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.query import Query
from shared.http.routes import Routes

RATE_CARDS = Register(
    RateCard,
    RateCardRow,
    check=commands.check,
    guard=commands.guard,
    carried=commands.carried,
)


class RateQuery(Query):
    """The work whose rate is asked for."""

    on: Day | None = Field(default=None, description="The day of the work; today where left out.")
    kind: RateKind = Field(default=RateKind.COST, description="What it costs, or what it is charged at.")
    person_id: Id | None = Field(default=None, description="Who does the work.")
    vendor_id: Id | None = Field(default=None, description="The supplier that the person comes from.")
    role_id: Id | None = Field(default=None, description="The role in which it is done.")
    grade: Line | None = Field(default=None, description="The grade of who does it.")
    location: Line | None = Field(default=None, description="Where it is done.")


class RateAnswer(AnswerShape):
    """The rate that counts, with the card that says it."""

    on: Day
    """The day of the work."""
    criteria: list[Line]
    """The members by which the card was chosen, the most telling first; none where it holds for everybody."""
    card: RateCard
    """The most specific card of the day: its amount is the rate."""


routes = Routes("finance", "Rate cards")
register_routes(routes, RATE_CARDS)


@routes.get("/v1/rates/applicable", refusals=(404,))
async def applicable(call: Call, query: RateQuery) -> Answer[RateAnswer]:
    """Rate of some work on a day. Of the cards that hold for it, the most specific counts: one that names the person before
    one that names the vendor, then the role, the grade and the location. 404 `no_rate` where none holds."""
    on = query.on or today(call.work)
    work = rules.RatedWork(
        on, query.kind, query.person_id, query.vendor_id, query.role_id, query.grade, query.location
    )
    card = await commands.rate_of(call.work, work)
    if card is None:
        raise NotFound("no rate card holds for this work on this day", code="no_rate")
    answer = RateAnswer(on=on, criteria=list(rules.criteria_of(card)), card=card)
    return Answer(200, answer.model_dump_json().encode())

"""The routes of risks."""

from services.risk.risk import commands, rules
from services.risk.risk.model import FILTERS, Rating, RiskCreate, RiskRevise, RiskRow
from services.risk.tables import KNOWN_PERSON, KNOWN_PROJECT
from shared.contracts.risk import Risk
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.routes import Routes

RISKS = Register(
    shape=Risk,
    row=RiskRow,
    create=RiskCreate,
    revise=RiskRevise,
    filters=FILTERS,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    names={"project_id": KNOWN_PROJECT, "owner_id": KNOWN_PERSON},
)

routes = Routes("risk", "Risks")
register_routes(routes, RISKS)


@routes.route("POST", "/v1/risks/{id}/assess", id="risks_assess", shape=Risk, body=Rating,
              summary="Assess: rate a risk", needs_match=True, refusals=(404, 409))  # fmt: skip
async def assess(call: Call, id: str, body: Rating) -> Risk:
    """From identified to assessed; an assessed or monitored risk is rated anew and stays what it is."""
    return await commands.assess(call.work, id, call.if_match, body)

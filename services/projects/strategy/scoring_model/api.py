"""The routes of scoring models."""

from services.projects.strategy.scoring_model import commands, rules
from services.projects.strategy.scoring_model.model import ScoringModelRow
from services.projects.strategy.scoring_model.weighing import Weighing, weighing
from shared.contracts.projects.strategy import ScoringModel
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes

SCORING_MODELS = Register(ScoringModel, ScoringModelRow, check=commands.check, lifecycle=rules.LIFECYCLE)

routes = Routes("projects", "Scoring models")
register_routes(routes, SCORING_MODELS)


@routes.get("/v1/scoring-models/{id}/weights", refusals=(404, 422))
async def weights(call: Call, id: Id) -> Answer[Weighing]:
    """Get the weights of a scoring model. Under AHP they follow from the comparisons, and it is told how far those agree, with
    the table of random indices in use. 422 `scoring_model_incomplete` where something is missing."""
    model = await call.work.load(ScoringModel, id)
    return Answer(200, weighing(model).model_dump_json().encode())

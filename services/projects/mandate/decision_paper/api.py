"""The routes of decision papers."""

from services.projects.mandate.decision_paper import commands, rules
from services.projects.mandate.decision_paper.model import DecisionPaperRow
from shared.contracts.projects.papers import DecisionPaper
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

DECISION_PAPERS = Register(
    DecisionPaper,
    DecisionPaperRow,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    carried=commands.refuse_archiving_circulated,
    after=commands.after,
    dues=(rules.OVERDUE,),
)

routes = Routes("projects", "Decision papers")
register_routes(routes, DECISION_PAPERS)

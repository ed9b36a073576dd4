"""The routes of baselines."""

from services.projects.structure.baseline import commands, rules
from services.projects.structure.baseline.gantt import declare as declare_gantt
from services.projects.structure.baseline.model import BaselineRow
from services.projects.structure.baseline.variance import declare as declare_variance
from shared.contracts.projects.baseline import Baseline
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

BASELINES = Register(
    Baseline,
    BaselineRow,
    supply=commands.supply,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    carried=commands.refuse_archiving_what_counts,
)

routes = Routes("projects", "Baselines")
register_routes(routes, BASELINES)
declare_variance(routes)
declare_gantt(routes)

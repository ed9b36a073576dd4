"""The routes of exceptions."""

from services.projects.control.exception import commands, rules
from services.projects.control.exception.model import ExceptionRow
from shared.contracts.projects.change import ProjectException
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

EXCEPTIONS = Register(
    ProjectException,
    ExceptionRow,
    supply=commands.supply,
    check=commands.check,
    acts=commands.ACTS,
    lifecycle=rules.LIFECYCLE,
    withholds=commands.withholds,
    after=commands.after,
)

routes = Routes("projects", "Exceptions")
register_routes(routes, EXCEPTIONS)

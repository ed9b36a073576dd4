"""The routes of the units of the organisation."""

from services.resources.people.org_unit import commands
from services.resources.people.org_unit.model import OrgUnitRow
from services.resources.people.person.model import PersonRow
from shared.contracts.resources.people import OrgUnit
from shared.domain.dependents import Dependents
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

ORG_UNITS = Register(
    OrgUnit,
    OrgUnitRow,
    check=commands.check,
    guard=commands.HIERARCHY.guard,
    dependents=(Dependents(OrgUnitRow, "parent_id"), Dependents(PersonRow, "unit_id")),
)

routes = Routes("resources", "Units")
register_routes(routes, ORG_UNITS)

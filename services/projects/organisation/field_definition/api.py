"""The routes of field definitions."""

from services.projects.organisation.field_definition import commands, rules
from services.projects.organisation.field_definition.model import FieldDefinitionRow
from shared.contracts.projects.organisation import FieldDefinition
from shared.domain.register import Register
from shared.http.collection import register_routes
from shared.http.routes import Routes

FIELD_DEFINITIONS = Register(
    FieldDefinition,
    FieldDefinitionRow,
    check=commands.check,
    carried=commands.refuse_while_active,
    lifecycle=rules.LIFECYCLE,
    after=commands.after,
    read_in=commands.read_in,
)

routes = Routes("projects", "Field definitions")
register_routes(routes, FIELD_DEFINITIONS)

"""The registers of the group, with their routes."""

from services.projects.organisation.field_definition import api as field_definition
from services.projects.organisation.membership import api as membership
from services.projects.organisation.organisation import api as organisation
from shared.runtime.service import Group

ORGANISATION = Group(
    routes=(organisation.routes, membership.routes, field_definition.routes),
    registers=(organisation.ORGANISATIONS, membership.MEMBERSHIPS, field_definition.FIELD_DEFINITIONS),
)

"""The registers of the group, with their routes."""

from services.resources.people.identity import api as identity
from services.resources.people.org_unit import api as org_unit
from services.resources.people.person import api as person
from services.resources.people.personal_token import api as personal_token
from services.resources.people.role import api as role
from shared.runtime.service import Group

PEOPLE = Group(
    routes=(org_unit.routes, role.routes, person.routes, identity.routes, personal_token.routes),
    registers=(
        org_unit.ORG_UNITS,
        role.ROLES,
        person.PERSONS,
        identity.IDENTITIES,
        personal_token.PERSONAL_TOKENS,
    ),
)

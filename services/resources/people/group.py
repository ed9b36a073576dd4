"""The registers of the group, with their routes."""

from services.resources.people.identity import api as identity
from services.resources.people.person import api as person
from shared.runtime.service import Group

PEOPLE = Group(
    routes=(
        person.routes,
        identity.routes,
    ),
    registers=(
        person.PERSONS,
        identity.IDENTITIES,
    ),
)

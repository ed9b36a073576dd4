"""The registers of the group, with their routes."""

from services.resources.people.person import api as person
from shared.runtime.service import Group

PEOPLE = Group(
    routes=(person.routes,),
    registers=(person.PERSONS,),
)

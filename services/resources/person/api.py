"""The routes of persons."""

from services.resources.person import commands
from services.resources.person.model import FILTERS, PersonCreate, PersonRevise, PersonRow
from shared.contracts.resources import Person
from shared.http.collection import register_routes
from shared.http.routes import Routes
from shared.register import Register

PERSONS = Register(
    shape=Person,
    row=PersonRow,
    create=PersonCreate,
    revise=PersonRevise,
    filters=FILTERS,
    check=commands.check,
)

routes = Routes("resources", "Persons")
register_routes(routes, PERSONS)

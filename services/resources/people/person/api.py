"""The routes of persons."""

from services.resources.people.org_unit.api import ORG_UNITS
from services.resources.people.person import commands
from services.resources.people.person.model import PersonRow
from shared.contracts.language import Decision
from shared.contracts.resources.people import Person
from shared.domain.register import Register
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes

PERSONS = Register(
    Person,
    PersonRow,
    check=commands.check,
    dependents=(commands.BOOKED,),
    erase=commands.erase_person,
    made_by_name={"unit_id": ORG_UNITS},
)

routes = Routes("resources", "Persons")
register_routes(routes, PERSONS)


@routes.post("/v1/persons/{id}/erase", scope="resources.operate", needs_match=True, refusals=(404, 409))
async def erase(call: Call, id: Id, body: Decision) -> Person:
    """Erase: a person. Permanent: name, e-mail, external key, vendor, role, unit, location and skills are
    redacted in every version, in the feed and in reporting's history too. The person is archived. Allocations
    stay, which name only the id. Nothing is written of the person any more: 409 `erased`. The external key is
    free again."""
    return await commands.erase(call.work, id, call.if_match, body.reason)

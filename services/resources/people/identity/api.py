"""The routes of identities."""

from services.resources.people.identity import commands
from services.resources.people.identity.model import IdentityRow
from services.resources.people.person.api import PERSONS
from shared.base.ids import new_id
from shared.contracts.language import Email, Key, Line, Shape
from shared.contracts.resources.people import Identity
from shared.domain.register import Register, make
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.routes import Routes

IDENTITIES = Register(Identity, IdentityRow, check=commands.check, erase=commands.erase_login)

routes = Routes("resources", "Identities")
register_routes(routes, IDENTITIES)


class Login(Shape):
    """A login, and whose it is if it is nobody's yet."""

    issuer: Key
    """Who issues the tokens, as their `iss` says."""
    subject: Key
    """Whom the tokens are issued to, as their `sub` says."""
    name: Line
    """The name of the person that is made where the login has none."""
    email: Email | None = None
    """Their address for mail."""


@routes.post("/v1/identities/of-login", refusals=(409,))
async def of_login(call: Call, body: Login) -> Identity:
    """Know: the person of a login. A login that is nobody's gets one person and one identity, in one commit; else nothing is
    made. A membership can then be granted to the person."""
    work = call.work
    known_login = await work.find(
        Identity, "issuer = ? AND subject = ?", (body.issuer, body.subject), archived=False
    )
    if known_login is not None:
        return known_login
    person = await make(work, PERSONS, new_id(), name=body.name, email=body.email)
    return await make(
        work, IDENTITIES, new_id(), person_id=person.id, issuer=body.issuer, subject=body.subject
    )

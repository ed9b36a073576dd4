"""The routes of personal access tokens: one's own, and for who oversees them all of them."""

from pydantic import Field

from services.resources.people.personal_token import commands
from services.resources.people.personal_token.model import PersonalTokenRow
from shared.contracts.language import AnswerShape, Id, Instant, Line, Shape
from shared.contracts.resources.people import PersonalToken
from shared.domain.register import Register
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.me import answer
from shared.http.path import Id as IdInPath
from shared.http.routes import Routes

PERSONAL_TOKENS = Register(PersonalToken, PersonalTokenRow)

routes = Routes("resources", "Personal tokens")
register_routes(routes, PERSONAL_TOKENS)


class TokenRequest(Shape):
    """A personal access token that is to be made."""

    name: Line
    """What you call it."""
    scope: Line | None = None
    """What it is narrowed to, such as `projects.read risk`; null: it allows what you may."""
    days: int = Field(default=90, ge=1, le=366, strict=True)
    """How long it lives."""


class NewToken(AnswerShape):
    """A personal access token that was made."""

    id: Id
    """By which it is revoked."""
    token: str
    """The token itself. It is shown this once; no service keeps it."""
    scope: str | None
    """What it is narrowed to."""
    expires_at: Instant
    """When it ends."""


@routes.post("/v1/me/tokens", scope=None, status=201, refusals=(403,))
async def make_token(call: Call, body: TokenRequest) -> Answer[NewToken]:
    """Make: a personal access token. A program that sends it acts as you, with the rights that you have then, or fewer. It is
    shown once. Every service accepts it within seconds."""
    call.work.rights = None  # it is the caller's own, which needs no right
    token, text = await commands.make(call.work, call.principal, body.name, body.scope, body.days)
    new_token = NewToken(id=token.id, token=text, scope=token.scope, expires_at=token.expires_at)
    return answer(new_token, 201)


@routes.delete("/v1/me/tokens/{id}", scope=None, refusals=(404,))
async def revoke_own(call: Call, id: IdInPath) -> None:
    """Revoke: one of my personal access tokens. Refused everywhere within five seconds."""
    call.work.rights = None
    await commands.revoke(call.work, id, call.principal)
    call.kernel.known_tokens.clear()


@routes.post("/v1/personal-tokens/{id}/revoke", scope="resources.operate", refusals=(404,))
async def revoke(call: Call, id: IdInPath) -> PersonalToken:
    """Revoke: a personal access token of anybody. Refused everywhere within five seconds."""
    revoked = await commands.revoke(call.work, id)
    call.kernel.known_tokens.clear()
    return revoked

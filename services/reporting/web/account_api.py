"""The sessions of the pages over REST: which of mine are open, and their end."""

from uuid import UUID

from services.reporting.web import session_rows
from shared.base.clock import from_micros
from shared.base.errors import NotFound
from shared.contracts.language import AnswerShape, Id, Instant
from shared.http.call import Answer, Call
from shared.http.me import answer
from shared.http.path import Id as IdInPath
from shared.http.routes import Routes

routes = Routes("reporting", "Sessions")


class OpenSession(AnswerShape):
    """A session of the pages."""

    id: Id
    """By which it can be ended."""
    begun_at: Instant
    """When somebody logged in."""
    seen_at: Instant
    """When it was last used, to some minutes."""
    expires_at: Instant
    """When it ends at the latest."""
    agent: str
    """What the browser says of itself."""


class OpenSessionList(AnswerShape):
    """The caller's sessions."""

    items: list[OpenSession]
    """The newest first."""


@routes.get("/v1/me/sessions", scope=None)
async def my_sessions(call: Call) -> Answer[OpenSessionList]:
    """My sessions of the pages."""
    principal = call.principal
    listed = await session_rows.of_subject(call.kernel.store, principal.issuer, principal.subject)
    items = [
        OpenSession(
            id=UUID(one.id), begun_at=from_micros(one.begun_at), seen_at=from_micros(one.seen_at),
            expires_at=from_micros(int(one.principal.expires_at * 1_000_000)), agent=one.agent,
        )
        for one in listed
    ]  # fmt: skip
    return answer(OpenSessionList(items=items))


@routes.post("/v1/me/sessions/end", scope=None)
async def end_all(call: Call) -> None:
    """Log out everywhere: end all my sessions of the pages."""
    await session_rows.delete_all(call.kernel.store, call.principal.issuer, call.principal.subject)


@routes.delete("/v1/me/sessions/{id}", scope=None, refusals=(404,))
async def end_one(call: Call, id: IdInPath) -> None:
    """End one of my sessions of the pages."""
    principal = call.principal
    if not await session_rows.delete_one(call.kernel.store, principal.issuer, principal.subject, id):
        raise NotFound("there is no such session")

"""`GET /<service>/v1/me`: who calls, and what they may do here; and the personal access tokens that act as them."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from shared.base.clock import from_day, from_micros, now
from shared.contracts.language import AnswerShape, Day, Id, Instant
from shared.domain.access.grants import memberships_of, person_of
from shared.http import personal_tokens
from shared.http.call import Answer, Call
from shared.http.routes import Routes

_MEMBERSHIP = "id, role, (SELECT n.kind FROM access_node n WHERE n.id = node_id), node_id, starts_on, ends_on"


class MyMembership(AnswerShape):
    """A role in a part of the organisation."""

    id: Id
    """The membership."""
    role: str
    """What it makes of its holder there."""
    scope: str | None
    """What kind of thing the role is for; null while this service does not know it."""
    scope_id: Id
    """The portfolio, programme, project or unit that it is for."""
    starts_on: Day | None
    """The first day on which it counts."""
    ends_on: Day | None
    """The last day on which it counts."""


class MyToken(AnswerShape):
    """The token that was sent."""

    kind: str
    """`personal`, or `issued` by an issuer."""
    id: str
    """Its id, by which it can be revoked."""
    scopes: list[str] | None
    """What it is narrowed to; null: it is not narrowed."""
    expires_at: Instant
    """When it ends."""


class Me(AnswerShape):
    """Who calls, and what they may do in this service."""

    subject: str
    """As the issuer of the token names them."""
    issuer: str
    """Who issues their tokens."""
    kind: str
    """`user` or `service_account`."""
    person_id: Id | None
    """The person whose login this is; null where it is nobody's."""
    roles: list[str]
    """For the instance as a whole."""
    groups: list[str]
    """Of the issuer, to which memberships may be granted."""
    scopes: list[str]
    """What they may do in the instance as a whole."""
    memberships: list[MyMembership]
    """What they have in parts of the organisation today."""
    token: MyToken
    """With which they call."""
    languages: list[str]
    """The languages that the request asks for, the most wanted first."""


class PersonalTokenEntry(AnswerShape):
    """A personal access token, without what is secret of it."""

    id: Id
    """By which it is revoked."""
    name: str
    """What its owner calls it."""
    scope: str | None
    """What it is narrowed to."""
    created_at: Instant
    """When it was made."""
    expires_at: Instant
    """When it ends."""
    last_used_at: Instant | None
    """When it was last used in this service, to the hour."""


class PersonalTokenList(AnswerShape):
    """The tokens that act as the caller."""

    items: list[PersonalTokenEntry] = Field(description="The newest first.")


def routes(service: str) -> Routes:
    routes = Routes(service, "Me", names_service=True, about="Who calls, and the tokens that act as them.")

    @routes.get("/v1/me", scope=None)
    async def me(call: Call) -> Answer[Me]:
        """Who am I."""
        return answer(await _me(call))

    @routes.get("/v1/me/tokens", scope=None)
    async def my_tokens(call: Call) -> Answer[PersonalTokenList]:
        """My personal access tokens."""
        rows = await personal_tokens.of_caller(call)
        return answer(PersonalTokenList(items=[entry(row) for row in rows]))

    return routes


def answer(content: AnswerShape, status: int = 200) -> Answer[Any]:
    return Answer(status, content.model_dump_json().encode())


def entry(row: Any) -> PersonalTokenEntry:
    """Of what `personal_tokens.of_caller` gives."""
    id, name, scope, made_at, expires_at, used_at = row
    return PersonalTokenEntry(
        id=id, name=name, scope=scope, created_at=from_micros(made_at), expires_at=from_micros(expires_at),
        last_used_at=None if used_at is None else from_micros(used_at),
    )  # fmt: skip


async def _me(call: Call) -> Me:
    principal, store = call.principal, call.kernel.store
    on = now().astimezone(call.kernel.settings.zone).date()
    person_id = await person_of(store, principal)
    memberships = await memberships_of(store, principal, on, _MEMBERSHIP)
    names = ("id", "role", "scope", "scope_id")
    bounds = principal.bounds
    return Me(
        subject=principal.subject,
        issuer=principal.issuer,
        kind=principal.kind,
        person_id=None if person_id is None else UUID(person_id),
        roles=list(principal.roles),
        groups=list(principal.groups),
        scopes=sorted(principal.scopes),
        memberships=[
            MyMembership(
                **dict(zip(names, row[:4], strict=True)), starts_on=_day(row[4]), ends_on=_day(row[5])
            )
            for row in memberships
        ],
        token=MyToken(
            kind="personal" if principal.personal_token else "issued",
            id=principal.token_id,
            scopes=None if bounds is None else sorted(bounds),
            expires_at=from_micros(int(principal.expires_at * 1_000_000)),
        ),
        languages=languages_of(call.header("accept-language") or ""),
    )


def _day(day: int | None) -> date | None:
    return None if day is None else from_day(day)


def languages_of(header: str) -> list[str]:
    """The codes of an Accept-Language (RFC 9110, 12.5.4), the most wanted first; those that are not wanted are left out."""
    weighed = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, *parameters = (text.strip() for text in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        if tag and len(tag) <= 35 and tag.replace("-", "").isalnum() and weight > 0:
            weighed.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(weighed)]

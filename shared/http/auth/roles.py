"""Roles and scopes: a scope is `<service>.<verb>`, a role a set of them.

Verbs: `read` see, `contribute` comment, add documents, report progress, keep own drafts, `write` create, revise, archive, `decide` the moves that commit the organisation (approve, close),
`restricted` see what is restricted (rates, margins), which `read` does not show; its other verbs hold on top,
`import` bulk upsert at a stage with dates in the past, `operate` dead letters, rebuilds, the audit of refusals, the
erasure of persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.domain.access.roles import ROLES, SERVICES
from shared.domain.access.tree import login_hash

__all__ = ["OF_OIDC", "ROLES", "SERVICES", "VERBS", "Principal", "narrowing", "scopes_of"]

OF_OIDC = frozenset(("openid", "profile", "email", "address", "phone", "offline_access"))
"""The words that OIDC itself puts into a scope: they ask for claims about a person, not for rights here."""

_EVERY = ROLES["service"]
VERBS = tuple(sorted({scope.split(".")[1] for scope in _EVERY}))


@dataclass(frozen=True)
class Principal:
    """Who calls, and what the token lets them do."""

    subject: str
    issuer: str
    roles: tuple[str, ...]
    scopes: frozenset[str]
    expires_at: float
    """Seconds since 1970; from then on the token is worth nothing, and what streams to its holder ends."""
    token_id: str = ""
    """The token's `jti`, by which it can be revoked alone."""
    issued_at: float = 0.0
    """Seconds since 1970; 0 where the token does not say."""
    groups: tuple[str, ...] = ()
    """The groups that the issuer names, to which memberships may be granted."""
    bounds: frozenset[str] | None = None
    """What the token's `scope` claim narrows every right to, those of memberships too; None: to nothing."""
    session_id: str = ""
    """The issuer's session (`sid`), with which all that was given in it can be revoked."""
    account: str = ""
    """The name of a service account, to which memberships may be granted; empty: a person."""
    name: str = ""
    """What the issuer calls a person, for people to read; empty where it does not say."""
    personal_token: str = ""
    """The id of the personal access token that was sent; empty: another token was."""

    @cached_property
    def kind(self) -> str:
        """CloudEvents `authtype`."""
        return "service_account" if self.account_name else "user"

    @cached_property
    def account_name(self) -> str:
        """By which memberships know a service account; empty: a person."""
        return self.account or (self.subject if "service" in self.roles else "")

    @cached_property
    def key(self) -> str:
        """The principal as idempotency keys and rate limits know it."""
        return f"{self.issuer}|{self.subject}"

    @cached_property
    def login(self) -> str:
        """The hash under which services keep the login."""
        return login_hash(self.issuer, self.subject)

    def may(self, scope: str) -> bool:
        return scope in self.scopes


def scopes_of(
    roles: tuple[str, ...], claim: str | None, foreign: frozenset[str] = frozenset()
) -> frozenset[str]:
    """What the roles allow, narrowed by the words of the token's `scope` claim (`projects.read import`).

    Words of OIDC (`openid profile`) and those named in `foreign` are no words of ours and narrow nothing. Any other
    word narrows, and one that is not understood gives nothing: a mistake must never be worth more than what was meant.
    """
    allowed = frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
    bounds = bounds_of(claim, foreign)
    return allowed if bounds is None else allowed & bounds


def bounds_of(claim: str | None, foreign: frozenset[str] = frozenset()) -> frozenset[str] | None:
    """What a `scope` claim narrows rights to; None where it narrows nothing."""
    words = [word for word in (claim or "").split(" ") if word and word not in OF_OIDC | foreign]
    return narrowing(words)[0] if words else None


def narrowing(words: Sequence[str]) -> tuple[frozenset[str], list[str]]:
    """What the words of a scope name, and those of them that are not understood.

    A word is a scope (`projects.read`), a service (all its verbs) or a verb (in all services). A service beside a verb
    is not understood: `projects read` may mean one scope or fifteen.
    """
    services, verbs = frozenset(SERVICES) & set(words), frozenset(VERBS) & set(words)
    scopes = _EVERY & set(words)
    if services and verbs:
        services = verbs = frozenset()
    understood = services | verbs | scopes
    named = {scope for scope in _EVERY if understood & {scope, *scope.split(".")}}
    return frozenset(named), [word for word in words if word not in understood]

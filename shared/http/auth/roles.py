"""Roles and scopes: a scope is `<service>.<verb>`, a role a set of them.

Verbs: `read` see, `write` create, revise, archive, `decide` the moves that commit the organisation (approve, close),
`restricted` see what is restricted (rates, margins), which `read` does not show; its other verbs hold on top,
`import` bulk upsert at a stage with dates in the past, `operate` dead letters, rebuilds, the audit of refusals, the
erasure of persons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.http.auth.sight import EVERYTHING, Sight

SERVICES = ("projects", "resources", "finance", "risk", "reporting")


def _everywhere(*verbs: str) -> set[str]:
    return {f"{service}.{verb}" for service in SERVICES for verb in verbs}


ROLES: dict[str, frozenset[str]] = {
    "director": frozenset(_everywhere("read", "write", "decide", "restricted", "operate")),
    "manager": frozenset(_everywhere("read", "write") | {"risk.decide", "resources.decide"}),
    "controller": frozenset(_everywhere("read") | {"finance.write", "finance.decide", "finance.restricted"}),
    "member": frozenset(_everywhere("read") | {"risk.write"}),
    "viewer": frozenset(_everywhere("read")),
    "service": frozenset(_everywhere("read", "write", "decide", "restricted", "import", "operate")),
}

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

    @cached_property
    def kind(self) -> str:
        """CloudEvents `authtype`."""
        return "service_account" if "service" in self.roles else "user"

    @cached_property
    def key(self) -> str:
        """The principal as idempotency keys and rate limits know it."""
        return f"{self.issuer}|{self.subject}"

    @property
    def sight(self) -> Sight:
        """What they see: nothing may be answered to others from what is kept for them, unless theirs is equal."""
        return EVERYTHING

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
    words = [word for word in (claim or "").split(" ") if word and word not in OF_OIDC | foreign]
    return allowed & narrowing(words)[0] if words else allowed


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

"""Roles and scopes: a scope is `<service>.<verb>`, a role a set of them.

Verbs: `read` see, `write` create, revise, archive, `decide` the moves that commit the organisation (approve, close),
`restricted` see what is restricted (rates, margins), which `read` does not show; its other verbs hold on top,
`import` bulk upsert at a stage with dates in the past, `operate` dead letters, rebuilds, the audit of refusals, the
erasure of persons.
"""

from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class Principal:
    """Who calls, and what the token lets them do."""

    subject: str
    issuer: str
    roles: tuple[str, ...]
    scopes: frozenset[str]
    expires_at: float

    @cached_property
    def kind(self) -> str:
        """CloudEvents `authtype`."""
        return "service_account" if "service" in self.roles else "user"

    @cached_property
    def key(self) -> str:
        """The principal as idempotency keys and rate limits know it."""
        return f"{self.issuer}|{self.subject}"

    def may(self, scope: str) -> bool:
        return scope in self.scopes


def scopes_of(roles: tuple[str, ...], asked: str | None) -> frozenset[str]:
    """What the roles allow, narrowed by the words of the token's `scope` claim that are ours (`projects.read import`).

    An OIDC provider's own words (`openid profile`) narrow nothing.
    """
    allowed = frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))
    ours = {word for s in ROLES["service"] for word in (s, *s.split("."))}
    wanted = set((asked or "").split()) & ours
    if not wanted:
        return allowed
    return frozenset(
        s for s in allowed if s in wanted or s.split(".")[1] in wanted or s.split(".")[0] in wanted
    )

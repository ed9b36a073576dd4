"""What each role may do: a scope is `<service>.<verb>`, a role a set of them.

A token carries roles for the instance as a whole; a membership carries one for a portfolio, a programme, a project or a unit
with everything below it.
"""

SERVICES = ("projects", "resources", "finance", "risk", "reporting")


def _everywhere(*verbs: str) -> set[str]:
    return {f"{service}.{verb}" for service in SERVICES for verb in verbs}


ROLES: dict[str, frozenset[str]] = {
    "director": frozenset(_everywhere("read", "contribute", "write", "decide", "restricted", "operate")),
    "manager": frozenset(_everywhere("read", "contribute", "write") | {"risk.decide", "resources.decide"}),
    "controller": frozenset(
        _everywhere("read", "contribute") | {"finance.write", "finance.decide", "finance.restricted"}
    ),
    "member": frozenset(_everywhere("read", "contribute") | {"risk.write"}),
    "viewer": frozenset(_everywhere("read")),
    "participant": frozenset(),
    "service": frozenset(
        _everywhere("read", "contribute", "write", "decide", "restricted", "import", "operate")
    ),
}
"""`participant` may nothing for the instance: memberships say all that its holder sees and does."""

GRANTABLE = ("director", "manager", "controller", "member", "viewer")
"""The roles that a membership can carry."""
OF_THE_INSTANCE = ("operate", "import")
"""Verbs that only a token gives: what is operated or imported is no project's alone."""
UNHIDDEN = "projects.decide"
"""Who holds this scope for the instance sees confidential things: somebody must be able to grant the first membership."""


def granted_by(role: str) -> frozenset[str]:
    """What a membership with this role allows below its node."""
    if role not in GRANTABLE:
        return frozenset()
    return frozenset(scope for scope in ROLES[role] if scope.split(".")[1] not in OF_THE_INSTANCE)


EVERY_GRANT = frozenset[str]().union(*map(granted_by, GRANTABLE))
"""All that memberships can allow: who has it for the instance gains nothing by them."""

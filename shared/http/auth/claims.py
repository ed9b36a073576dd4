"""What the claims of a token mean, as its issuer's settings say: subject, roles, groups, and what narrows it."""

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category

from shared.base.errors import Unauthenticated
from shared.base.text import shows_nothing
from shared.base.texts import Text
from shared.base.trusted_issuers import TrustedIssuer
from shared.http.auth.roles import ROLES, Principal, bounds_of, scopes_of

LONGEST_SUBJECT = 200
LONGEST_TOKEN_ID = 500
"""Characters of a `jti` or a `sid`; most are UUIDs."""
LARGEST_GROUPS = 500
"""Of how many groups of a token's holder memberships are looked up."""
UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's controls, formats, surrogates and separators of lines."""

Claims = Mapping[str, Any]


def principal_from(
    claims: Claims, trusted: TrustedIssuer, expires_at: float, foreign: frozenset[str] = frozenset()
) -> Principal:
    """Who the token is for; Unauthenticated where that cannot be a caller. `foreign`: words that narrow nothing."""
    subject, token_id, session_id = claims["sub"], claims.get("jti", ""), claims.get("sid", "")
    if not is_subject(subject):
        raise Unauthenticated(
            Text(
                "the token's subject must have 1 to {longest_subject} characters, none of them invisible",
                longest_subject=LONGEST_SUBJECT,
            ),
            code="token_invalid",
        )
    if not is_token_id(token_id) or not is_token_id(session_id):
        raise Unauthenticated(
            Text(
                "the token's id may have {longest_token_id} characters, none of them invisible",
                longest_token_id=LONGEST_TOKEN_ID,
            ),
            code="token_invalid",
        )
    roles = _roles(claims, trusted)
    scope = _scope(value_at(claims, trusted.scope))
    ignored = foreign | frozenset(trusted.foreign_scopes)
    return Principal(
        subject,
        trusted.issuer,
        roles,
        scopes_of(roles, scope, ignored),
        expires_at,
        token_id,
        float(claims.get("iat", 0)),
        groups=tuple(trusted.prefix + group for group in _all_words(claims, trusted.groups))[:LARGEST_GROUPS],
        bounds=bounds_of(scope, ignored),
        session_id=session_id,
        account=trusted.prefix + subject if is_service_account(claims) else "",
        name=name_of(claims),
    )


def name_of(claims: Claims) -> str:
    """What people call the subject (OpenID Connect Core 5.1): where it is a number or a UUID, nobody knows themselves in
    it. Nothing where the claims have no name that could be one."""
    names = (claims.get(claim) for claim in ("name", "preferred_username"))
    return next((name for name in names if isinstance(name, str) and is_subject(name)), "")


def is_service_account(claims: Claims) -> bool:
    """Whether a client has the token for itself: as RFC 9068 says it, as Entra does, or as Keycloak does."""
    client = claims.get("client_id", claims.get("azp"))
    if claims.get("idtyp") == "app":
        return True
    return bool(client) and (
        claims["sub"] == client or claims.get("preferred_username") == f"service-account-{client}"
    )


def value_at(claims: Any, path: str) -> Any:
    """The claim of this name, or the one that a path with dots leads to; names may have dots themselves."""
    if not isinstance(claims, Mapping):
        return None
    if path in claims:
        return claims[path]
    dot = path.find(".")
    while dot > 0:
        if (found_value := value_at(claims.get(path[:dot]), path[dot + 1 :])) is not None:
            return found_value
        dot = path.find(".", dot + 1)
    return None


def _roles(claims: Claims, trusted: TrustedIssuer) -> tuple[str, ...]:
    """Where the settings name roles, a value that they do not name is none, though it be called as one of ours."""
    values = _all_words(claims, trusted.roles)
    names = [trusted.role_of.get(value, "") for value in values] if trusted.role_of else values
    return tuple(dict.fromkeys(name for name in names if name in ROLES))


def _all_words(claims: Claims, paths: Iterable[str]) -> list[str]:
    return [word for path in paths for word in _words(value_at(claims, path))]


def _words(claim: object) -> list[str]:
    """Providers write lists of words as arrays or as one text with spaces."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []


def _scope(claim: object) -> str | None:
    """The words of the claim as one text; a claim of another shape has one that nobody understands."""
    if claim is None or isinstance(claim, str):
        return claim
    words = claim if isinstance(claim, list) else [claim]
    return " ".join(word if isinstance(word, str) else "?" for word in words)


def is_subject(text: str) -> bool:
    """Whether it can be the name of a caller in logs, events and both databases."""
    return 0 < len(text) <= LONGEST_SUBJECT and not shows_nothing(text) and _is_printable(text)


def is_token_id(text: object) -> bool:
    """Whether a session can keep it, and a revocation name it."""
    return isinstance(text, str) and len(text) <= LONGEST_TOKEN_ID and _is_printable(text)


def _is_printable(text: str) -> bool:
    return not any(category(character) in UNPRINTABLE for character in text)

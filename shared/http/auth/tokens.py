"""From a bearer token to a principal: verified once, and remembered for a minute."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from unicodedata import category

import jwt

from shared.base.clock import epoch_seconds
from shared.base.errors import Unauthenticated
from shared.base.settings import Settings
from shared.base.text import shows_nothing
from shared.http.auth.issuers import LEEWAY_S, LOCAL, ON_BEHALF, Issuer, LocalIssuer, OidcIssuer
from shared.http.auth.roles import ROLES, Principal, bounds_of, scopes_of

REMEMBERED = 10_000
REMEMBERED_S = 60.0
"""After so long a token is verified again, since the issuer may have withdrawn the key that signed it."""
LONGEST_SUBJECT = 200
LONGEST_TOKEN_ID = 500
"""Characters of a `jti`; most are UUIDs."""
LARGEST_GROUPS = 500
"""Of how many groups of a token's holder memberships are looked up."""
UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's controls, formats, surrogates and separators of lines."""
ACCESS_TYPES = frozenset(("at+jwt", "application/at+jwt"))
"""How RFC 9068 marks an access token in its header; many providers write `JWT` or nothing there."""
OF_ID_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash")
"""What OIDC binds an ID token to a login with."""


class Tokens:
    """Every issuer an instance trusts, behind one check."""

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.audience
        self._foreign = frozenset(settings.foreign_scopes)
        self._issuers: dict[str, Issuer] = {iss: OidcIssuer(url) for iss, url in settings.issuers.items()}
        self.local = LocalIssuer(settings.data) if settings.local_issuer else None
        if self.local:
            self._issuers[LOCAL] = self.local
        self._principals: dict[str, tuple[Principal, float]] = {}
        """Token -> its principal, and till when that is believed."""

    def trusts(self, issuer: str) -> bool:
        """Whether tokens of this issuer are accepted, and what was begun with one goes on."""
        return issuer in self._issuers

    async def principal(self, token: str) -> Principal:
        """Who holds the token; Unauthenticated says why not."""
        principal, until = self._principals.get(token, (None, 0.0))
        if principal is not None and until > epoch_seconds():
            return principal
        self._principals.pop(token, None)
        principal = await self._verify(token)
        if len(self._principals) >= REMEMBERED:
            self._principals.clear()
        self._principals[token] = principal, min(principal.expires_at, epoch_seconds() + REMEMBERED_S)
        return principal

    async def _verify(self, token: str) -> Principal:
        try:
            header = jwt.get_unverified_header(token)
            unverified = jwt.decode(token, options={"verify_signature": False})
            issuer = self._issuers.get(str(unverified.get("iss")))
            if issuer is None:
                raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
            if header.get("alg") not in issuer.algorithms:
                raise jwt.InvalidAlgorithmError
            keys = await issuer.keys(header.get("kid"), header["alg"])
            claims = self._claims(token, issuer, keys)
            expires_at, issued_at = _end_of(claims, issuer.leeway_s), float(claims.get("iat", 0))
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the token has expired", code="token_expired") from error
        except (jwt.PyJWTError, ValueError, OverflowError) as error:
            raise Unauthenticated("the token is not valid", code="token_invalid") from error
        if not _is_for_access(header, claims, self._audience):
            raise Unauthenticated("this is no access token; send one", code="not_an_access_token")
        if not is_subject(claims["sub"]):
            raise Unauthenticated(
                f"the token's subject must have 1 to {LONGEST_SUBJECT} characters, none of them invisible",
                code="token_invalid",
            )
        if not is_token_id(claims.get("jti", "")):
            raise Unauthenticated(
                f"the token's id may have {LONGEST_TOKEN_ID} characters, none of them invisible",
                code="token_invalid",
            )
        issued_by = self._issuer_of(claims)
        roles = tuple(role for role in _words(claims.get("roles")) if role in ROLES)
        claimed = _scope(claims.get("scope"))
        return Principal(
            claims["sub"],
            issued_by,
            roles,
            scopes_of(roles, claimed, self._foreign),
            expires_at,
            claims.get("jti", ""),
            issued_at,
            groups=tuple(_words(claims.get("groups"))[:LARGEST_GROUPS]),
            bounds=bounds_of(claimed, self._foreign),
        )

    def _issuer_of(self, claims: Mapping[str, Any]) -> str:
        """Whose subject it is: the local issuer issues tokens for sessions of other issuers' subjects too."""
        issuer = str(claims["iss"])
        if issuer == LOCAL:
            issuer = str(claims.get(ON_BEHALF, LOCAL))
        if not self.trusts(issuer):
            raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
        return issuer

    def _claims(self, token: str, issuer: Issuer, keys: Sequence[Any]) -> dict[str, Any]:
        """What the token claims, by the first of the keys that has signed it; PyJWTError where none has."""
        *others, last = keys
        for key in others:
            with suppress(jwt.InvalidSignatureError):
                return self._claims(token, issuer, (key,))
        claims: dict[str, Any] = jwt.decode(
            token,
            last,
            algorithms=list(issuer.algorithms),
            audience=self._audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub", "iss", "aud"]},
        )
        return claims


def is_subject(text: str) -> bool:
    """Whether it can be the name of a caller in logs, events and both databases."""
    return 0 < len(text) <= LONGEST_SUBJECT and not shows_nothing(text) and _is_printable(text)


def is_token_id(text: str) -> bool:
    """Whether a session can keep it, and a revocation name it."""
    return len(text) <= LONGEST_TOKEN_ID and _is_printable(text)


def _is_printable(text: str) -> bool:
    return not any(category(character) in UNPRINTABLE for character in text)


def _end_of(claims: Mapping[str, Any], leeway_s: float) -> float:
    """When the token ends for us: as it says, or later by the leeway where our clock is past that already."""
    says, now = float(claims["exp"]), epoch_seconds()
    if says + leeway_s <= now:
        raise jwt.ExpiredSignatureError
    return says if says > now else says + leeway_s


def _is_for_access(header: Mapping[str, Any], claims: Mapping[str, Any], audience: str) -> bool:
    """Whether it was made to call an API with: an ID token tells a client who has logged in, and nothing else.

    Providers say so in several ways: RFC 9068 by the header's `typ`, Keycloak by a claim `typ`, Cognito by `token_use`.
    Where a token says nothing, it is one for access unless it is bound to a login, or was issued to its own audience.
    """
    kind, use = str(header.get("typ", "JWT")).lower(), claims.get("token_use", claims.get("typ"))
    if kind not in ACCESS_TYPES | {"jwt"}:
        return False
    if use is not None:
        return str(use).lower() in ("access", "bearer", "dpop")
    if kind in ACCESS_TYPES:
        return True
    return claims.get("azp") != audience and not any(name in claims for name in OF_ID_TOKENS)


def _scope(claim: object) -> str | None:
    """The words of the claim as one text; a claim of another shape has one that nobody understands."""
    if claim is None or isinstance(claim, str):
        return claim
    words = claim if isinstance(claim, list) else [claim]
    return " ".join(word if isinstance(word, str) else "?" for word in words)


def _words(claim: object) -> list[str]:
    """Providers write lists of words as arrays or as one text with spaces."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []

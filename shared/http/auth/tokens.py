"""From a bearer token to a principal: verified once, and remembered for a minute."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import jwt

from shared.base.clock import epoch_seconds
from shared.base.errors import Unauthenticated
from shared.base.settings import Settings
from shared.base.trusted_issuers import TrustedIssuer
from shared.http.auth.claims import principal_from
from shared.http.auth.issuers import LEEWAY_S, LOCAL, ON_BEHALF, Issuer, LocalIssuer, OidcIssuer
from shared.http.auth.roles import Principal

REMEMBERED = 10_000
REMEMBERED_S = 60.0
"""After so long a token is verified again, since the issuer may have withdrawn the key that signed it."""
ACCESS_TYPES = frozenset(("at+jwt", "application/at+jwt"))
"""How RFC 9068 marks an access token in its header; many providers write `JWT` or nothing there."""
OF_ID_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash")
"""What OIDC binds an ID token to a login with."""

Header = Mapping[str, Any]


class Tokens:
    """Every issuer an instance trusts, behind one check."""

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.audience
        self._foreign = frozenset(settings.foreign_scopes)
        self.providers = {one.issuer: OidcIssuer(one) for one in settings.trusted_issuers}
        self._issuers: dict[str, Issuer] = dict(self.providers)
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
        header, claims, expires_at = await self.verified(token)
        trusted = self._issuers[claims["iss"]].trusted
        if not _is_for_access(header, claims, self.audiences(trusted)):
            raise Unauthenticated("this is no access token; send one", code="not_an_access_token")
        return self.holder(claims, trusted, expires_at)

    async def verified(
        self,
        token: str,
        of: OidcIssuer | None = None,
        audience: str = "",
        requires: Collection[str] = ("exp", "sub", "iss", "aud"),
    ) -> tuple[Header, dict[str, Any], float]:
        """The header and claims of a token that one of the issuers has signed, and when it ends for us.

        `of` and `audience` bind it to an issuer and a client, as those tokens are which a log-in brings. It must have all
        claims that `requires` names.
        """
        try:
            header = jwt.get_unverified_header(token)
            unverified = jwt.decode(token, options={"verify_signature": False})
            issuer = self._issuers.get(str(unverified.get("iss")))
            if issuer is None or (of is not None and issuer is not of):
                raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
            if header.get("alg") not in issuer.algorithms:
                raise jwt.InvalidAlgorithmError
            keys = await issuer.keys(header.get("kid"), header["alg"])
            audiences = (audience,) if audience else self.audiences(issuer.trusted)
            claims = _claims(token, issuer, keys, audiences, requires)
            _ = float(claims.get("iat", 0))
            return header, claims, _end_of(claims, issuer.leeway_s)
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the token has expired", code="token_expired") from error
        except (jwt.PyJWTError, ValueError, OverflowError) as error:
            raise Unauthenticated("the token is not valid", code="token_invalid") from error

    def holder(self, claims: Mapping[str, Any], trusted: TrustedIssuer, expires_at: float) -> Principal:
        """Whose claims these are. The local issuer issues tokens for sessions of other issuers' subjects too."""
        issuer = str(claims.get(ON_BEHALF, LOCAL)) if trusted.issuer == LOCAL else trusted.issuer
        if not self.trusts(issuer):
            raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
        if issuer != trusted.issuer:
            trusted = trusted.model_copy(update={"issuer": issuer})
        return principal_from(claims, trusted, expires_at, self._foreign)

    def audiences(self, trusted: TrustedIssuer) -> tuple[str, ...]:
        """Of which a token of the issuer must name one."""
        return trusted.audience or (self._audience,)


def _claims(
    token: str, issuer: Issuer, keys: Sequence[Any], audiences: Collection[str], requires: Collection[str]
) -> dict[str, Any]:
    """What the token claims, by the first of the keys that has signed it; PyJWTError where none has."""
    *others, last = keys
    for key in others:
        with suppress(jwt.InvalidSignatureError):
            return _claims(token, issuer, (key,), audiences, requires)
    claims: dict[str, Any] = jwt.decode(
        token,
        last,
        algorithms=list(issuer.algorithms),
        audience=list(audiences),
        leeway=issuer.leeway_s or LEEWAY_S,
        options={"require": list(requires)},
    )
    return claims


def _end_of(claims: Mapping[str, Any], leeway_s: float) -> float:
    """When the token ends for us: as it says, or later by the leeway where our clock is past that already."""
    says, now = float(claims["exp"]), epoch_seconds()
    if says + leeway_s <= now:
        raise jwt.ExpiredSignatureError
    return says if says > now else says + leeway_s


def _is_for_access(header: Header, claims: Mapping[str, Any], audiences: Collection[str]) -> bool:
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
    return claims.get("azp") not in audiences and not any(name in claims for name in OF_ID_TOKENS)

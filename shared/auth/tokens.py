"""From a bearer token to a principal: verified once, remembered until it expires."""

from time import time

import jwt

from shared.auth.issuers import LOCAL, Issuer, LocalIssuer, OidcIssuer
from shared.auth.roles import Principal, scopes_of
from shared.errors import Unauthenticated
from shared.settings import Settings

REMEMBERED = 10_000


class Tokens:
    """Every issuer an instance trusts, behind one check."""

    def __init__(self, settings: Settings) -> None:
        self._audience = settings.audience
        self._issuers: dict[str, Issuer] = {iss: OidcIssuer(url) for iss, url in settings.issuers.items()}
        self.local = LocalIssuer(settings.data) if settings.local_issuer else None
        if self.local:
            self._issuers[LOCAL] = self.local
        self._known: dict[str, Principal] = {}

    async def principal(self, token: str) -> Principal:
        """Who holds the token; Unauthenticated says why not."""
        known = self._known.get(token)
        if known is not None and known.expires_at > time():
            return known
        self._known.pop(token, None)
        principal = await self._verify(token)
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[token] = principal
        return principal

    async def _verify(self, token: str) -> Principal:
        try:
            header = jwt.get_unverified_header(token)
            unverified = jwt.decode(token, options={"verify_signature": False})
            issuer = self._issuers.get(str(unverified.get("iss")))
            if issuer is None:
                raise Unauthenticated("the token's issuer is not trusted here", code="unknown_issuer")
            claims = jwt.decode(
                token,
                await issuer.key(header.get("kid")),
                algorithms=list(issuer.algorithms),
                audience=self._audience,
                options={"require": ["exp", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the token has expired", code="token_expired") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise Unauthenticated("the token is not valid", code="token_invalid") from error
        roles, asked = tuple(_words(claims.get("roles"))), claims.get("scope")
        return Principal(
            str(claims["sub"]),
            str(claims["iss"]),
            roles,
            scopes_of(roles, asked and " ".join(_words(asked))),
            float(claims["exp"]),
        )


def _words(claim: object) -> list[str]:
    """Providers write lists of words as arrays or as one text with spaces."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []

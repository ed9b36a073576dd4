"""What the pages ask of an OIDC issuer: who has logged in, tokens for their session, and new ones before these end."""

import asyncio
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from secrets import compare_digest
from typing import Any
from urllib.parse import urlencode

import authlib.deprecate
import httpx

from services.reporting.web.session_rows import KeptTokens
from shared.base.clock import epoch_seconds
from shared.base.errors import Unauthenticated, Unavailable
from shared.base.texts import Text
from shared.http.auth import Principal, Tokens
from shared.http.auth.claims import name_of, value_at
from shared.http.auth.issuers import Metadata, OidcIssuer
from shared.http.auth.published import authorities

PATIENCE_S = 10.0
"""How long the issuer may take over an answer."""
TIMEOUT_S = 5.0
DEFAULT_LIFE_S = 300
"""Of an access token of which the issuer does not say how long it lives."""


class RenewalRefused(Exception):
    """The issuer gives no more tokens for this session."""


@dataclass(frozen=True)
class Granted:
    """What an issuer gave at a log-in, or when its tokens were renewed."""

    principal: Principal
    tokens: KeptTokens
    ends_at: float
    """When the access token ends, in seconds since 1970."""
    locale: str = ""
    """The language that the person chose at the issuer; empty where it does not say."""


@dataclass(frozen=True)
class Provider:
    """The client of one issuer; `redirect_uri` is where it sends people back to."""

    issuer: OidcIssuer
    tokens: Tokens
    redirect_uri: str

    async def log_in_address(self, state: str, nonce: str, verifier: str) -> str:
        """Where somebody is sent to log in."""
        metadata = await self.issuer.metadata.content()
        async with self._client(metadata) as client:
            address, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=state,
                nonce=nonce,
                code_verifier=verifier,
                **self.issuer.trusted.parameters,
            )
        return str(address)

    async def redeem(self, code: str, verifier: str, nonce: str) -> Granted:
        """What a code is worth; Unauthenticated where it was used, is another client's, or the answer is not ours."""
        metadata = await self.issuer.metadata.content()
        try:
            async with self._client(metadata) as client, _asking():
                answer = await client.fetch_token(
                    metadata.token_endpoint,
                    code=code,
                    code_verifier=verifier,
                    grant_type="authorization_code",
                )
        except _oauth_error() as error:
            _refuse_if_away(error)
            raise Unauthenticated(
                "the issuer does not accept this log-in; begin again", code="sign_in_refused"
            ) from error
        claims, ends_at = await self._id_token(answer.get("id_token"))
        if not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise Unauthenticated(
                "the answer belongs to another log-in; begin again", code="sign_in_mixed_up"
            )
        locale = claims.get("locale")
        granted = await self._granted(answer, claims, ends_at)
        return replace(granted, locale=locale if isinstance(locale, str) else "")

    async def renew(self, refresh_token: str, id_token: str, before: Principal) -> Granted:
        """New tokens for the same person; RenewalRefused where there are none, Unavailable where nobody answers."""
        metadata = await self.issuer.metadata.content()
        try:
            async with self._client(metadata) as client, _asking():
                answer = await client.refresh_token(metadata.token_endpoint, refresh_token=refresh_token)
        except _oauth_error() as error:
            if error.error != "invalid_grant":  # a wrong secret of ours is no reason to end anybody's session
                raise _away() from error
            raise RenewalRefused(str(error)) from error
        answer_now = {"refresh_token": refresh_token, "id_token": id_token} | {
            k: v for k, v in answer.items() if v
        }
        try:
            if answer.get("id_token"):
                claims, ends_at = await self._id_token(answer["id_token"])
                if claims["sub"] != before.subject:
                    raise RenewalRefused("the tokens are somebody else's")
                return await self._granted(answer_now, claims, ends_at)
            claims = {"sub": before.subject, "sid": before.session_id, "name": before.name}
            granted = await self._with_access_token(answer_now, claims)
        except Unauthenticated as error:
            raise RenewalRefused(str(error)) from error
        return granted or Granted(before, _tokens_of(answer_now), epoch_seconds() + _life(answer_now))

    async def log_out_address(self, id_token: str, back_to: str) -> str | None:
        """Where a person logs out of the issuer too; None where it has no such page, or cannot be asked."""
        try:
            address = (await self.issuer.metadata.content()).end_session_endpoint
        except Unavailable:
            return None
        if not address:
            return None
        query = {
            "id_token_hint": id_token,
            "client_id": self.issuer.trusted.client_id,
            "post_logout_redirect_uri": back_to,
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    async def _granted(self, answer: dict[str, Any], claims: dict[str, Any], ends_at: float) -> Granted:
        """By the access token where the services accept it. Else, where the instance can issue tokens for its sessions
        itself, by the ID token."""
        granted = await self._with_access_token(answer, claims)
        if granted is not None:
            return granted
        if self.tokens.local is None:
            raise Unauthenticated(
                Text(
                    "the issuer gives no access token for this instance; its audience must be {names}",
                    names=" or ".join(self.tokens.audiences(self.issuer.trusted)),
                ),
                code="no_access_token",
            )
        principal = self.tokens.holder(claims, self.issuer.trusted, ends_at)
        return Granted(principal, _tokens_of(answer), epoch_seconds() + _life(answer))

    async def _with_access_token(self, answer: dict[str, Any], claims: dict[str, Any]) -> Granted | None:
        access_token = str(answer.get("access_token") or "")
        try:
            principal = await self.tokens.principal(access_token)
        except Unauthenticated:
            return None
        if (principal.issuer, principal.subject) != (self.issuer.trusted.issuer, claims["sub"]):
            raise Unauthenticated("the tokens are two people's; begin again", code="sign_in_mixed_up")
        session_id = principal.session_id or str(claims.get("sid") or "")
        principal = replace(principal, session_id=session_id, name=principal.name or name_of(claims))
        return Granted(principal, _tokens_of(answer, access_token), principal.expires_at)

    async def _id_token(self, token: object) -> tuple[dict[str, Any], float]:
        """Its claims, and when it ends; Unauthenticated where it is not ours (OpenID Connect Core 3.1.3.7)."""
        client_id = self.issuer.trusted.client_id
        if not isinstance(token, str):
            raise Unauthenticated("the issuer says nothing of who has logged in", code="sign_in_refused")
        header, claims, ends_at = await self.tokens.verified(token, self.issuer, client_id)
        audiences = [claims["aud"]] if isinstance(claims["aud"], str) else claims["aud"]
        party = claims.get("azp", client_id if len(audiences) == 1 else None)
        is_of_access = str(header.get("typ", "")).lower().endswith("at+jwt")
        if party != client_id or is_of_access or str(value_at(claims, "typ") or "ID").lower() != "id":
            raise Unauthenticated("this is no ID token of this log-in", code="token_invalid")
        return claims, ends_at

    @asynccontextmanager
    async def _client(self, metadata: Metadata) -> AsyncIterator[Any]:
        trusted, secret = self.issuer.trusted, self.issuer.trusted.secret
        method = "client_secret_post" if metadata.takes_secret_in_body else "client_secret_basic"
        async with _oauth_client()(
            trusted.client_id,
            secret or None,
            token_endpoint_auth_method=method if secret else "none",
            scope=trusted.scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            follow_redirects=False,
            verify=authorities(),
        ) as client:
            yield client


def _tokens_of(answer: dict[str, Any], access_token: str = "") -> KeptTokens:
    """What a session keeps of an answer; `access_token` where the services accept it."""
    return KeptTokens(access_token, *(str(answer.get(name) or "") for name in ("refresh_token", "id_token")))


def _life(answer: dict[str, Any]) -> float:
    """How long the access token lives, in seconds."""
    says = answer.get("expires_in")
    return float(says) if isinstance(says, int | float) and says > 0 else DEFAULT_LIFE_S


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    """Unavailable where the issuer does not answer, or answers what no issuer should."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
        raise _away() from error


def _away() -> Unavailable:
    return Unavailable("the issuer cannot be reached now", code="issuer_away", headers={"Retry-After": "5"})


def _refuse_if_away(error: Any) -> None:
    if error.error in ("server_error", "temporarily_unavailable"):
        raise _away() from error


def _oauth_client() -> Any:
    """Imported when somebody logs in: an instance without issuers needs none of it. Authlib warns that it will want
    another HTTP client one day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", authlib.deprecate.AuthlibDeprecationWarning)
        from authlib.integrations.httpx_client import AsyncOAuth2Client
    return AsyncOAuth2Client


def _oauth_error() -> Any:
    from authlib.integrations.base_client import OAuthError

    return OAuthError

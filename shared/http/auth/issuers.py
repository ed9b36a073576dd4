"""Where the keys come from: an Ed25519 key under the data folder, or an OIDC issuer's JWKS.

The local issuer exists for one machine: it is created at first start, and its tokens are accepted only where
`PORTOLAN_LOCAL_ISSUER` is on.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared.base.clock import now
from shared.base.errors import Unauthenticated, Unavailable
from shared.base.ids import new_id_text
from shared.base.keyfile import read_or_make
from shared.base.starting import CannotStart
from shared.http.auth.roles import Principal

LOCAL = "portolan-local"
ON_BEHALF = "portolan_login"
"""A claim of the local issuer: the other issuer whose subject the token is for."""
KEY_FILE = "issuer.pem"
LEEWAY_S = 60.0
"""How much the clock of the issuer of a token may differ from ours."""
REFRESH_S = 60.0
KEYS_LAST_S = 240.0
FORGOTTEN_S = 3600.0
LONGEST_PAUSE_S = 60.0
READING_S = 10.0
"""How long a key server may take over its whole answer."""
LONGEST_ANSWER = 1024 * 1024
"""Bytes of it; a key has one or two thousand."""
NOTHING = "-"
"""A word of a scope that nothing is called: it narrows a token to nothing."""
KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
"""The beginning of a signature's name -> the kind of key that makes it."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One public key of a provider, and what it says that the key is for."""

    key: Any
    kind: str
    """`kty`: RSA, EC or OKP."""
    algorithm: str | None
    """`alg`, where the provider gives one."""

    def fits(self, algorithm: str) -> bool:
        """Whether a signature of this algorithm can be one of this key."""
        return KINDS.get(algorithm[:2]) == self.kind and self.algorithm in (None, algorithm)


class Issuer(Protocol):
    @property
    def algorithms(self) -> tuple[str, ...]:
        """The signatures that are accepted."""

    @property
    def leeway_s(self) -> float:
        """How long a token is accepted after it has expired by our clock."""

    async def keys(self, kid: str | None, algorithm: str) -> Sequence[Any]:
        """The keys of this id that may verify a signature of this kind, at least one; else Unauthenticated."""


class LocalIssuer:
    """Signs and verifies with the instance's own key."""

    algorithms = ("EdDSA",)
    leeway_s = 0.0
    """It issues and verifies by the same clock."""

    def __init__(self, data: Path) -> None:
        self._private = _load_or_make(data / KEY_FILE)

    async def keys(self, kid: str | None, algorithm: str) -> Sequence[Any]:
        return (self._private.public_key(),)

    def issue(
        self,
        subject: str,
        role: str,
        audience: str,
        lifetime: timedelta = timedelta(hours=12),
        scope: str | None = None,
    ) -> str:
        """A token for `subject` in `role`; `scope` narrows it."""
        at = now()
        claims: dict[str, Any] = {
            "sub": subject,
            "roles": [role],
            "iat": round(at.timestamp(), 3),
            "exp": int((at + lifetime).timestamp()),
            "jti": new_id_text(),
        }
        if scope:
            claims["scope"] = scope
        return self._signed(claims, audience)

    def issue_for(self, principal: Principal, audience: str, lifetime: timedelta) -> str:
        """A token with what a principal has, for whoever acts in their place: it ends no later, and is revoked with
        what the principal was given."""
        claims: dict[str, Any] = {
            "sub": principal.subject,
            "roles": list(principal.roles),
            "groups": list(principal.groups),
            "iat": principal.issued_at,
            "exp": int(min(principal.expires_at, (now() + lifetime).timestamp())),
            "jti": principal.token_id or new_id_text(),
        }
        if principal.bounds is not None:
            claims["scope"] = " ".join(sorted(principal.bounds)) or NOTHING
        if principal.issuer != LOCAL:
            claims[ON_BEHALF] = principal.issuer
        return self._signed(claims, audience)

    def _signed(self, claims: dict[str, Any], audience: str) -> str:
        return jwt.encode(claims | {"iss": LOCAL, "aud": audience}, self._private, algorithm="EdDSA")


def _load_or_make(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_or_make(path, _new_key), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CannotStart(
            f"{path} holds no Ed25519 key in PEM without a password; moved away, a new one is made"
        )
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class OidcIssuer:
    """An OIDC provider's published keys.

    They are read again before they are five minutes old, so that a withdrawn key is soon rejected. For an
    unknown key id they are read at most once a minute. Whoever asks meanwhile waits for the same reading. A
    key server that fails is asked again later and later, and the keys it gave last are believed for an hour.
    """

    algorithms = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")
    leeway_s = LEEWAY_S

    def __init__(self, jwks_url: str) -> None:
        self._url = jwks_url
        self._published: Mapping[str | None, Sequence[PublishedKey]] = {}
        """By key id: providers may give one to several keys, of different kinds or while they change them."""
        self._read_at = -FORGOTTEN_S
        self._failures = 0
        self._again_at = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def keys(self, kid: str | None, algorithm: str) -> Sequence[Any]:
        age = monotonic() - self._read_at
        if age >= FORGOTTEN_S or (kid not in self._published and age >= REFRESH_S):
            await self._read()
        elif age >= KEYS_LAST_S and monotonic() >= self._again_at:
            reading = self._begin()
            if not self._failures:
                with suppress(Unavailable):
                    await asyncio.shield(reading)
        fitting = [one.key for one in self._published.get(kid, ()) if one.fits(algorithm)]
        if not fitting:
            raise Unauthenticated("the token names a key its issuer does not publish", code="unknown_key")
        return fitting

    async def _read(self) -> None:
        """Read the keys, once for all who want them now; Unavailable where that fails, or failed just now."""
        wait = self._again_at - monotonic()
        if self._reading is None and wait > 0:
            raise _unreadable(wait)
        await asyncio.shield(self._begin())

    def _begin(self) -> "asyncio.Task[None]":
        if self._reading is None:
            self._reading = asyncio.create_task(self._fetch())
            self._reading.add_done_callback(self._done)
        return self._reading

    def _done(self, reading: "asyncio.Task[None]") -> None:
        self._reading = None
        if not reading.cancelled():
            reading.exception()  # looked at, should nobody wait for it any more

    async def _fetch(self) -> None:
        try:
            published = published_keys(await self._answer())
        except (httpx.HTTPError, ValueError, TimeoutError) as error:
            wait = min(LONGEST_PAUSE_S, 2.0**self._failures)
            self._failures, self._again_at = self._failures + 1, monotonic() + wait
            raise _unreadable(wait) from error
        self._failures, self._again_at, self._read_at = 0, 0.0, monotonic()
        self._published = published

    async def _answer(self) -> bytes:
        """What the key server answers; an answer without end, in size or time, is none."""
        answer = bytearray()
        async with (
            asyncio.timeout(READING_S),
            httpx.AsyncClient(timeout=5) as client,
            client.stream("GET", self._url) as response,
        ):
            response.raise_for_status()
            async for piece in response.aiter_bytes():
                answer += piece
                if len(answer) > LONGEST_ANSWER:
                    raise ValueError("the keys are too long")
        return bytes(answer)


def published_keys(answer: bytes) -> Mapping[str | None, Sequence[PublishedKey]]:
    """The keys of a JWKS (RFC 7517) that can verify signatures, by their ids; ValueError where it is none.

    A key that cannot be used is passed over, as the RFC asks. So is a private one: everybody who can read it
    can sign.
    """
    try:
        members = json.loads(answer)
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error
    entries = members.get("keys") if isinstance(members, dict) else None
    if not isinstance(entries, list):
        raise ValueError("the answer is no set of keys")
    published: dict[str | None, list[PublishedKey]] = {}
    for entry in entries:
        if isinstance(entry, dict) and (key := _usable(entry)) is not None:
            published.setdefault(entry.get("kid"), []).append(key)
    return published


def _usable(entry: dict[str, Any]) -> PublishedKey | None:
    kid, kind, algorithm = (entry.get(name) for name in ("kid", "kty", "alg"))
    if entry.get("use", "sig") != "sig" or "d" in entry or not isinstance(kind, str):
        return None
    if not all(text is None or isinstance(text, str) for text in (kid, algorithm)):
        return None
    try:
        return PublishedKey(jwt.PyJWK(entry).key, kind, algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _unreadable(wait: float) -> Unavailable:
    return Unavailable(
        "the issuer's keys cannot be read now", headers={"Retry-After": str(max(1, ceil(wait)))}
    )

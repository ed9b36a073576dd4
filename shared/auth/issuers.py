"""Where the keys come from: an Ed25519 key under the data folder, or an OIDC issuer's JWKS.

The local issuer exists for one machine: it is created at first start, and its tokens are accepted only where
`PORTOLAN_LOCAL_ISSUER` is on.
"""

from datetime import timedelta
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

from shared.clock import now
from shared.errors import Unauthenticated, Unavailable
from shared.ids import new_id_text
from shared.keyfile import read_or_make
from shared.starting import CannotStart

LOCAL = "portolan-local"
KEY_FILE = "issuer.pem"
REFRESH_S = 60.0


class Issuer(Protocol):
    @property
    def algorithms(self) -> tuple[str, ...]:
        """The signatures that are accepted."""

    async def key(self, kid: str | None) -> Any:
        """The key that verifies, or Unauthenticated."""


class LocalIssuer:
    """Signs and verifies with the instance's own key."""

    algorithms = ("EdDSA",)

    def __init__(self, data: Path) -> None:
        self._private = _load_or_make(data / KEY_FILE)

    async def key(self, kid: str | None) -> Any:
        return self._private.public_key()

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
        claims = {
            "iss": LOCAL,
            "sub": subject,
            "aud": audience,
            "roles": [role],
            "iat": int(at.timestamp()),
            "exp": int((at + lifetime).timestamp()),
            "jti": new_id_text(),
        }
        if scope:
            claims["scope"] = scope
        return jwt.encode(claims, self._private, algorithm="EdDSA")


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
    """An OIDC provider's published keys; an unknown key id makes it read them again, at most once a minute."""

    algorithms = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")

    def __init__(self, jwks_url: str) -> None:
        self._url = jwks_url
        self._keys: dict[str | None, Any] = {}
        self._read_at = -REFRESH_S

    async def key(self, kid: str | None) -> Any:
        if kid not in self._keys and monotonic() - self._read_at >= REFRESH_S:
            await self._read()
        if kid not in self._keys:
            raise Unauthenticated("the token names a key its issuer does not publish", code="unknown_key")
        return self._keys[kid]

    async def _read(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
                published = jwt.PyJWKSet.from_dict(answer.json())
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            raise Unavailable("the issuer's keys cannot be read now", headers={"Retry-After": "5"}) from error
        self._read_at = monotonic()
        self._keys = {key.key_id: key.key for key in published.keys}

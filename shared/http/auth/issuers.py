"""Where the keys come from: an Ed25519 key under the data folder, or an OIDC issuer's JWKS.

The local issuer exists for one machine: it is created at first start, and its tokens are accepted only where
`PORTOLAN_LOCAL_ISSUER` is on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shared.base.clock import machine_now
from shared.base.errors import Unauthenticated
from shared.base.ids import new_id_text
from shared.base.keyfile import read_or_make
from shared.base.starting import CannotStart
from shared.base.texts import Text
from shared.base.trusted_issuers import TrustedIssuer, is_safe_address
from shared.http.auth.published import Published
from shared.http.auth.roles import Principal

LOCAL = "portolan-local"
ON_BEHALF = "portolan_login"
"""A claim of the local issuer: the other issuer whose subject the token is for."""
KEY_FILE = "issuer.pem"
LEEWAY_S = 60.0
"""By how much a token may seem to be issued in the future: pods' clocks disagree."""
METADATA_KEPT_S = 900.0
MOST_TRIED = 20
"""Of so many keys a token is tried with that names none, as an issuer with one key may leave it out."""
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
    def trusted(self) -> TrustedIssuer:
        """What its claims mean."""

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

    trusted = TrustedIssuer.model_construct(key="local", issuer=LOCAL)
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
        at = machine_now()
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
            "exp": int(min(principal.expires_at, (machine_now() + lifetime).timestamp())),
            "jti": principal.token_id or new_id_text(),
        }
        if principal.bounds is not None:
            claims["scope"] = " ".join(sorted(principal.bounds)) or NOTHING
        if principal.issuer != LOCAL:
            claims[ON_BEHALF] = principal.issuer
        if principal.session_id:
            claims["sid"] = principal.session_id
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
    """An OIDC provider: its metadata and its published keys.

    Keys are read again before they are five minutes old, so that a withdrawn key is soon rejected. For an unknown key id
    they are read at most every five seconds.
    """

    def __init__(self, trusted: TrustedIssuer) -> None:
        self.trusted = trusted
        self.algorithms: tuple[str, ...] = trusted.algorithms
        self.leeway_s = trusted.leeway_s
        self.metadata = Published(
            Text("the issuer's metadata cannot be read now"),
            self._metadata_address,
            lambda answer: metadata_of(trusted, answer),
            METADATA_KEPT_S,
        )
        self._keys = Published(
            Text("the issuer's keys cannot be read now"), self._keys_address, published_keys
        )

    async def keys(self, kid: str | None, algorithm: str) -> Sequence[Any]:
        published = await self._keys.content(lambda keys: kid is None or kid in keys)
        candidates = published.get(kid, ()) if kid is not None else chain.from_iterable(published.values())
        fitting = [one.key for one in islice(candidates, MOST_TRIED) if one.fits(algorithm)]
        if not fitting:
            raise Unauthenticated("the token names a key its issuer does not publish", code="unknown_key")
        return fitting

    async def _metadata_address(self) -> str:
        return f"{self.trusted.issuer.rstrip('/')}/.well-known/openid-configuration"

    async def _keys_address(self) -> str:
        return self.trusted.jwks_url or (await self.metadata.content()).jwks_uri


@dataclass(frozen=True)
class Metadata:
    """Where an issuer is asked for what (OpenID Connect Discovery 1.0, RFC 8414)."""

    jwks_uri: str
    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str
    names_itself: bool
    """Whether it says in every answer to a log-in which issuer it is (RFC 9207)."""
    takes_secret_in_body: bool
    """Whether a client's secret goes into the form, since it takes none in the header."""


def metadata_of(trusted: TrustedIssuer, answer: bytes) -> Metadata:
    """ValueError where they are another issuer's, or lead where answers could be changed on the way."""
    members = _json_object(answer)
    if members.get("issuer") != trusted.issuer:
        raise ValueError("the metadata are of another issuer")
    addresses = {
        name: members.get(name) or ""
        for name in ("jwks_uri", "authorization_endpoint", "token_endpoint", "end_session_endpoint")
    }
    for name, address in addresses.items():
        if name != "end_session_endpoint" or address:
            if not isinstance(address, str) or not is_safe_address(address):
                raise ValueError(Text("{name} is no address of https", name=name))
            if address.startswith("http:") and trusted.issuer.startswith("https:"):
                raise ValueError(Text("{name} is less safe than the issuer", name=name))
    methods = members.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Metadata(
        **addresses,
        names_itself=members.get("authorization_response_iss_parameter_supported") is True,
        takes_secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
    )


def _json_object(answer: bytes) -> dict[str, Any]:
    try:
        members = json.loads(answer)
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error
    if not isinstance(members, dict):
        raise ValueError("the answer is no JSON object")
    return members


def published_keys(answer: bytes) -> Mapping[str | None, Sequence[PublishedKey]]:
    """The keys of a JWKS (RFC 7517) that can verify signatures, by their ids; ValueError where it is none.

    A key that cannot be used is passed over, as the RFC asks. So is a private one: everybody who can read it
    can sign.
    """
    entries = _json_object(answer).get("keys")
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

"""The OIDC issuers that an instance trusts, each with what its tokens look like: the tables of a TOML file.

    [example]
    issuer = "https://login.example.org/realms/it"
    name = "Example Ltd"
    client_id = "portolan"
    roles = ["realm_access.roles"]
    role_of = {portfolio-office = "director"}

Such a file may be a ConfigMap: a client's secret stands in a file of its own.
"""

import re
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from shared.base.starting import CannotStart

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a private key alone: a shared secret, or none, would let others sign."""
ALGORITHMS: tuple[Algorithm, ...] = (
    "RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
OF_THE_FLOW = frozenset(
    (
        "client_id",
        "response_type",
        "redirect_uri",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    )
)
"""Parameters of a log-in that no setting may change."""

Role = Literal["director", "manager", "controller", "member", "viewer", "participant", "service"]


class TrustedIssuer(BaseModel):
    """One issuer: how its tokens are checked and read, and how people log in there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(max_length=40)
    """The name of the table; it stands in the addresses of the log-in."""
    issuer: str
    """As the `iss` of its tokens says, and below which its metadata are found."""
    name: str = Field(default="", max_length=80)
    """What the button on the login page says."""
    jwks_url: str = ""
    """Where its keys are; empty: where its metadata say."""
    audience: tuple[str, ...] = ()
    """Of which a token must name one; empty: PORTOLAN_AUDIENCE."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ALGORITHMS
    leeway_s: float = Field(default=60.0, ge=0, le=300)
    """How much its clock may differ from ours, in seconds."""
    roles: tuple[str, ...] = ("roles",)
    """The claims with roles, or with what `role_of` makes roles of: names, or paths such as `realm_access.roles`."""
    role_of: dict[str, Role] = {}
    """A value of these claims -> the role; empty: a value is the name of a role."""
    groups: tuple[str, ...] = ("groups",)
    """The claims with groups, to which memberships may be granted."""
    scope: str = "scope"
    """The claim that narrows a token."""
    foreign_scopes: tuple[str, ...] = ()
    """Words of it that narrow nothing, beside those of OIDC and PORTOLAN_FOREIGN_SCOPES."""
    prefix: str = Field(default="", max_length=40)
    """Begins the names of its groups and service accounts here, so that no other issuer can name the same ones."""
    client_id: str = ""
    """With which the pages log in; empty: nobody logs in there, its tokens are accepted only."""
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None
    scopes: str = "openid"
    """What a log-in asks for, with spaces; some issuers give refresh tokens for `offline_access` only."""
    parameters: dict[str, str] = {}
    """Further parameters of a log-in, such as `audience`."""

    @field_validator("key")
    @classmethod
    def _name_in_addresses(cls, value: str) -> str:
        if not KEY.fullmatch(value):
            raise ValueError("expected are small letters, digits and single hyphens")
        return value

    @field_validator("issuer", "jwks_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and not is_safe_address(value):
            raise ValueError("expected is an address that begins with `https://`")
        return value

    @field_validator("scopes")
    @classmethod
    def _asks_who_it_is(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("expected is `openid` among the words")
        return value

    @field_validator("parameters")
    @classmethod
    def _leaves_the_flow(cls, value: dict[str, str]) -> dict[str, str]:
        if changed := sorted(OF_THE_FLOW & set(value)):
            raise ValueError(f"`{changed[0]}` is given by Portolan")
        return value

    @property
    def title(self) -> str:
        return self.name or self.key

    @property
    def secret(self) -> str:
        """Of the client; read when it is needed, since Secrets are renewed while a process runs."""
        if self.client_secret_file is not None:
            return self.client_secret_file.read_text().strip()
        return self.client_secret.get_secret_value()


def is_safe_address(text: str) -> bool:
    """Whether nobody on the way can change what is read there: over TLS, or on this machine."""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
        if url.scheme != "http" or host == "localhost":
            return url.scheme in ("http", "https") and bool(host) and not url.username and not url.fragment
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_issuers(path: Path) -> list[TrustedIssuer]:
    """The issuers of a file; CannotStart says what is wrong with it."""
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CannotStart(f"PORTOLAN_ISSUERS_FILE is '{path}': it cannot be read ({error})") from error
    trusted = [_issuer(path, key, table) for key, table in tables.items()]
    for one in trusted:
        if sum(other.issuer == one.issuer for other in trusted) > 1:
            raise CannotStart(f"{path}: {one.issuer} stands there twice")
        if one.client_secret_file is not None and not one.client_secret_file.is_file():
            raise CannotStart(
                f"{path}: [{one.key}] client_secret_file: there is no file {one.client_secret_file}"
            )
    return trusted


def _issuer(path: Path, key: str, table: Any) -> TrustedIssuer:
    if not isinstance(table, dict):
        raise CannotStart(
            f"{path}: `{key}` stands outside of a table: expected is [name] above what is said of an issuer"
        )
    try:
        return TrustedIssuer(**{**table, "key": key})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        member = ".".join(map(str, fault["loc"]))
        raise CannotStart(f"{path}: [{key}] {member}: {fault['msg'].removeprefix('Value error, ')}") from None

"""The settings of an instance: environment variables `PORTOLAN_*`, each with a default that runs embedded."""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from ipaddress import ip_address, ip_network
from pathlib import Path
from socket import getaddrinfo
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.base.clock import parse_day
from shared.base.money import CurrencyCode
from shared.base.starting import CannotStart
from shared.base.trusted_issuers import TrustedIssuer, read_issuers

PREFIX = "PORTOLAN_"
NEAR = 0.7
"""From this likeness on (0 to 1) a name is a misspelt setting."""

_KAFKA = re.compile(r"kafka://[\w.-]+:[0-9]{1,5}(,[\w.-]+:[0-9]{1,5})*", re.ASCII)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
"""As a browser sends it: in small letters, without a path."""
_DATABASE = re.compile(
    r"postgresql://([^\s@/?#]*@)?{host}(,{host})*/[^\s/?#]+(\?[^\s#]*)?".replace(
        "{host}", r"(\[[\w:.]+\]|[\w.-]*)(:[0-9]{1,5})?"
    )
)
_SMTP = re.compile(r"smtps?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?", re.ASCII)
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*/=?^_`{|}~.+-]{1,64}@[A-Za-z0-9.-]{1,255}")
LONGEST_RETURN = 20
"""Characters of the return path before `@`: what is added to it may have 44 of the 64 that mail allows."""
_SERVICE_LINK = re.compile(
    r"\w+_(SERVICE_(HOST|PORT(_\w+)?)=|PORT=\w+://|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?=).*"
)
"""What Kubernetes tells every pod about a Service named `portolan-…`, after the prefix."""
_NOT_A_PORT = re.compile(r":(?!//|[0-9]{1,5}([/,\s]|$)|$).*", re.DOTALL)


class Settings(BaseSettings):
    """One instance is one organisation: its time zone, reporting currency and addresses."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    data: Path = Field(default=Path("data"), description="The folder of stores, keys and logs.")
    database_url: str = Field(
        default="", description="`postgresql://…/{service}`; empty: an SQLite file a service, under `data`."
    )
    bus_url: str = Field(default="embedded:", description="`embedded:` or `kafka://host:port[,host:port]`.")
    topic_prefix: str = Field(
        default="portolan",
        pattern=r"^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$",
        max_length=60,
        description="The beginning of all names of topics and groups on Kafka; different for each instance on a"
        " cluster.",
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT",
        description="How the brokers are reached: `PLAINTEXT`, over TLS (`SSL`), with a login (`SASL_PLAINTEXT`), or"
        " both (`SASL_SSL`).",
    )
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512",
        description="The mechanism of the login: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`.",
    )
    kafka_user: str = Field(default="", description="The user who logs in to Kafka.")
    kafka_password: SecretStr = Field(default=SecretStr(""), description="The password of this user.")
    kafka_ca: Path | None = Field(
        default=None,
        description="PEM file of the authorities that may have signed the brokers' certificates; empty: the system's.",
    )
    kafka_certificate: Path | None = Field(
        default=None,
        description="PEM file of the certificate for brokers that ask for one.",
    )
    kafka_key: Path | None = Field(
        default=None,
        description="PEM file of its private key, without a passphrase; empty: the key is in the file of the certificate.",
    )
    instance: str = Field(
        default="portolan", pattern=r"^[a-z0-9-]{1,40}$", description="The name in every event's source."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    public_url: str = Field(
        default="",
        description="The address of the front door; events name their schemas under it; empty: http://host:port.",
    )
    time_zone: str = Field(
        default="Europe/Zurich", description="The time zone that decides which day an instant belongs to."
    )
    reporting_currency: CurrencyCode | None = Field(
        default=None,
        description="The currency of sums. Nothing is converted: with an amount in another currency a sum is null."
        " Empty: the currency that the summed amounts share.",
    )
    default_currency: CurrencyCode = Field(
        default="CHF",
        description="The currency of a budget whose project has no amount, if there is no reporting currency.",
    )
    envelope_limit: Literal["hard", "warning"] = Field(
        default="hard",
        description="Whether more may be promised out of an envelope than it holds. `hard`: no. `warning`: yes, and crossing"
        " its amount is told.",
    )
    issuers: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Trusted OIDC issuers: `issuer=jwks-url issuer=jwks-url`."
    )
    issuers_file: Path | None = Field(
        default=None,
        description="A TOML file of trusted OIDC issuers, with what their claims mean and how people log in"
        " ([how](how-to/sign-in.md)).",
    )
    audience: str = Field(default="portolan", description="The audience a token must name.")
    foreign_scopes: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Words of a token's `scope` that narrow nothing, in addition to those of OIDC: `word word`.",
    )
    local_issuer: bool = Field(default=True, description="Accept tokens signed by the key under `data`.")
    local_issuer_beyond_loopback: bool = Field(
        default=False,
        description="Accept them even if other machines can reach `host`.",
    )
    rate_limit: int = Field(
        default=0, ge=0, description="Requests a minute and principal, counted by each process; 0: no limit."
    )
    streams: int = Field(
        default=100,
        ge=0,
        description="The most live streams of a principal at a time, counted by each process; 0: no limit.",
    )
    connections: int = Field(
        default=1000,
        ge=10,
        le=100_000,
        description="The most connections of a process at a time, if it may open so many files.",
    )
    drain_s: float = Field(
        default=5.0,
        ge=0,
        le=300,
        description="Seconds for which a process serves after SIGTERM, while it is not ready.",
    )
    login_attempts: int = Field(
        default=10, ge=0, description="Failed attempts to log in, a minute and address; 0: no limit."
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Addresses or networks of proxies whose `X-Forwarded-For` is used: `10.0.0.0/8 ::1`; empty: none.",
    )
    scanner: str = Field(
        default="",
        pattern=r"^(|unix:/[^\s]+|tcp:[^\s:]+:[0-9]{1,5}|command:.*\S.*)$",
        description="What checks every uploaded file for viruses. `unix:/path` or `tcp:host:port` is a daemon that"
        " speaks clamd's protocol. `command:…` reads the file on its standard input, and ends with 0 (clean) or 1"
        " (infected). While it does not answer, uploads are refused. Empty: files are not checked.",
    )
    upload_megabytes_per_caller: int = Field(
        default=1000,
        ge=0,
        description="How much one caller may upload within a day into one service, in MB; 0: no limit.",
    )
    files_gigabytes: int = Field(
        default=0, ge=0, description="How much the files of one service may take in all, in GB; 0: no limit."
    )
    clock_jump_hours: int = Field(
        default=24,
        ge=0,
        description="The largest jump of the clock, in hours, before writes are refused; 0: no limit.",
    )
    test_clock: bool = Field(
        default=False,
        description="Whether the clock follows `portolan clock`; only in a test instance, with the local issuer.",
    )
    log_megabytes: int = Field(
        default=50,
        ge=0,
        description="The size in MB at which a log file is rotated; 0: never.",
    )
    log_files: int = Field(default=5, ge=0, le=100, description="The number of rotated log files to keep.")
    idempotency_hours: int = Field(
        default=24,
        ge=1,
        description="How long a repeated Idempotency-Key returns the first answer, in hours.",
    )
    session_hours: int = Field(
        default=12, ge=1, le=24 * 31, description="How long a login of the pages lasts, in hours."
    )
    personal_token_days: int = Field(
        default=366,
        ge=0,
        le=366,
        description="How long personal access tokens may live, in days; 0: none is made, and none is accepted.",
    )
    owner_seen_days: int = Field(
        default=90,
        ge=1,
        le=366,
        description="A personal access token is refused when its owner has not signed in for so many days.",
    )
    refused_attempts_days: int = Field(
        default=90, ge=1, description="How long refused attempts are kept, in days; at most 20,000 a service."
    )
    workers: int = Field(
        default=2,
        ge=0,
        le=64,
        description="Long computations of a process at a time, each in a process of its own; 0: this one begins none.",
    )
    worker_megabytes: int = Field(
        default=1024, ge=0, description="Memory of one computation, in MB (on Linux); 0: no limit."
    )
    worker_seconds: int = Field(
        default=600, ge=1, le=86_400, description="Time of one computation, in seconds; then it is ended."
    )
    operation_lease_s: float = Field(
        default=15.0,
        ge=0.5,
        le=3600,
        description="After so many seconds without a sign of life of its process, an operation is begun again.",
    )
    operations_per_caller: int = Field(
        default=10, ge=1, description="Open operations of a principal, in each service."
    )
    operations_open: int = Field(default=200, ge=1, description="Open operations of a service in all.")
    operations_days: int = Field(
        default=7, ge=1, description="How long ended operations and their results are kept, in days."
    )
    imports_days: int = Field(
        default=366,
        ge=1,
        description="How long the record of an import is kept, in days: for so long it can be taken back.",
    )
    dead_letters_days: int = Field(
        default=0, ge=0, description="How long dead letters are kept, in days; 0: until an operator decides."
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Origins whose scripts may call the API: `origin origin`; empty: none.",
    )
    holidays: Annotated[list[date], NoDecode] = Field(
        default_factory=list,
        description="Days off of everyone, which loads leave out: `2026-08-01 2026-12-25`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The lowest level that is logged; requests are logged at `info`."
    )
    smtp_url: str = Field(
        default="",
        description="The server that takes mails: `smtp://host:port` (default 587), or `smtps://host:port` (465) for TLS"
        " from the start; empty: no mail is sent.",
    )
    smtp_starttls: Literal["required", "offered", "never"] = Field(
        default="required",
        description="TLS with `smtp://`: `required`, if `offered` by the server, or `never`.",
    )
    smtp_user: str = Field(default="", description="The user who logs in to the mail server.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password of this user.")
    smtp_ca: Path | None = Field(
        default=None,
        description="PEM file of the authorities that may have signed the mail server's certificate; empty: the system's.",
    )
    mail_from: str = Field(default="", description="The address from which mails are sent.")
    mail_bounces: str = Field(
        default="",
        description="The address to which mails that cannot be delivered return, `bounces@example.org`. Its server must"
        " accept `bounces+anything@example.org` too. Empty: the sender's, and bounces are not noted.",
    )
    mail_readers: Literal["participant", "viewer"] = Field(
        default="participant",
        description="What mails may tell a person of whom no login is known: by memberships only (`participant`), or all"
        " that is not confidential (`viewer`).",
    )
    mail_hour: int = Field(
        default=7, ge=0, le=23, description="The hour of daily and weekly mails, in the instance's time zone."
    )
    feeds: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict,
        description="The addresses of event feeds for healing gaps; default: the front door: `service=url service=url`.",
    )
    feed_token: str = Field(
        default="", description="The bearer token for the feeds, if there is no local issuer."
    )

    @field_validator("issuers", "feeds", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not all("=" in pair for pair in value.split()):
            raise ValueError("expected are pairs with a space between them, `name=address name=address`")
        return dict(pair.split("=", 1) for pair in value.split())

    @field_validator("issuers")
    @classmethod
    def _key_sets(cls, pairs: dict[str, str]) -> dict[str, str]:
        if not all(_is_http(_split(address)) for address in pairs.values()):
            raise ValueError(
                "expected is `issuer=address`, where the address of its keys begins with `https://`"
            )
        return pairs

    @field_validator("feeds")
    @classmethod
    def _feeds(cls, pairs: dict[str, str]) -> dict[str, str]:
        return {name: http_address(address) for name, address in pairs.items()}

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        return http_address(value) if value else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not _DATABASE.fullmatch(value):
            raise ValueError(
                "expected is `postgresql://user:password@host:port/database`, where `{service}` stands for the"
                " service's name and what is special in a password is written as %XX"
            )
        return value

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        if value and not _SMTP.fullmatch(value):
            raise ValueError("expected is `smtp://host:port` or `smtps://host:port`")
        return value

    @field_validator("mail_from", "mail_bounces")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        if value and not _MAILBOX.fullmatch(value):
            raise ValueError("expected is an address such as `portolan@example.org`")
        return value

    @field_validator("kafka_ca", "kafka_certificate", "kafka_key", "smtp_ca", "issuers_file", mode="before")
    @classmethod
    def _file(cls, value: object) -> object:
        """Empty means none, and not the working directory."""
        return None if value == "" else value

    @field_validator("kafka_user", "kafka_password", "smtp_user", "smtp_password", mode="before")
    @classmethod
    def _credential(cls, value: object) -> object:
        """A line break at the end, as files and Secrets easily have, would be a wrong password that nobody sees."""
        if isinstance(value, str) and not value.isprintable():
            raise ValueError("expected is a text without line breaks and control characters")
        return value

    @field_validator("bus_url")
    @classmethod
    def _bus(cls, value: str) -> str:
        if value != "embedded:" and not _KAFKA.fullmatch(value):
            raise ValueError("expected is `embedded:` or `kafka://host:port[,host:port]`")
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, KeyError, OSError) as error:
            raise ValueError(
                "expected is a time zone of the IANA database, such as `Europe/Zurich` or `UTC`"
            ) from error
        return value

    @field_validator("holidays", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        try:
            return [parse_day(word) for word in value.split()] if isinstance(value, str) else value
        except ValueError as error:
            raise ValueError(
                "expected are days with a space between them, `2026-08-01 2026-12-25`"
            ) from error

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, values: list[str]) -> list[str]:
        for value in values:
            try:
                ip_network(value)
            except ValueError as error:
                raise ValueError("expected are addresses or networks, such as `10.0.0.0/8 ::1`") from error
        return values

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, values: list[str]) -> list[str]:
        """As browsers send them, or they would never match."""
        if not all(_ORIGIN.fullmatch(value) for value in values):
            raise ValueError(
                "expected are origins with a space between them, without a path: `https://app.example.org`"
            )
        return values

    @field_validator("cors_origins", "foreign_scopes", "trusted_proxies", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _kafka_settings_fit(self) -> "Settings":
        """What would have no effect is refused: who sets a password or an authority believes that it is used."""
        login = ("kafka_user", "kafka_password")
        files = ("kafka_ca", "kafka_certificate", "kafka_key")
        if self.kafka_with_login and not (self.kafka_user and self.kafka_password):
            raise self._unfit("expected are PORTOLAN_KAFKA_USER and PORTOLAN_KAFKA_PASSWORD with it")
        for names, is_used, expected in (
            (login, self.kafka_with_login, "`SASL_SSL`, or `SASL_PLAINTEXT`"),
            (files, self.kafka_over_tls, "`SSL` or `SASL_SSL`"),
        ):
            if not is_used and (superfluous := [name for name in names if getattr(self, name)]):
                raise self._unfit(f"with {PREFIX}{superfluous[0].upper()} expected is {expected}")
        if self.kafka_key and not self.kafka_certificate:
            raise ValueError("PORTOLAN_KAFKA_KEY is set: expected is PORTOLAN_KAFKA_CERTIFICATE with it")
        return self

    @model_validator(mode="after")
    def _mail_settings_fit(self) -> "Settings":
        besides = [
            name for name in ("smtp_user", "smtp_ca", "mail_from", "mail_bounces") if getattr(self, name)
        ]
        if besides and not self.smtp_url:
            raise ValueError(f"{PREFIX}{besides[0].upper()} is set: expected is PORTOLAN_SMTP_URL with it")
        if self.smtp_url and not self.mail_from:
            raise ValueError("PORTOLAN_SMTP_URL is set: expected is PORTOLAN_MAIL_FROM with it")
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            raise ValueError("expected are PORTOLAN_SMTP_USER and PORTOLAN_SMTP_PASSWORD together")
        if self.smtp_user and self.smtp_url.startswith("smtp:") and self.smtp_starttls != "required":
            raise ValueError(
                f"PORTOLAN_SMTP_STARTTLS is '{self.smtp_starttls}': with PORTOLAN_SMTP_USER expected is `required`,"
                " or the password could be read on the way"
            )
        if len(self.mail_bounces.partition("@")[0]) > LONGEST_RETURN:
            raise ValueError(
                f"PORTOLAN_MAIL_BOUNCES is '{self.mail_bounces}': expected are {LONGEST_RETURN} characters at most"
                " before the @"
            )
        return self

    @model_validator(mode="after")
    def _only_a_test_instance_turns_its_clock(self) -> "Settings":
        if self.test_clock and (not self.local_issuer or self.issuers or self.issuers_file):
            raise ValueError(
                "PORTOLAN_TEST_CLOCK is 'true': expected is the local issuer, and neither PORTOLAN_ISSUERS nor"
                " PORTOLAN_ISSUERS_FILE with it"
            )
        return self

    def _unfit(self, expected: str) -> ValueError:
        return ValueError(f"PORTOLAN_KAFKA_SECURITY is '{self.kafka_security}': {expected}")

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def trusted_issuers(self) -> list[TrustedIssuer]:
        """Those of the file, and those of `issuers`; CannotStart where the file cannot be used."""
        described = read_issuers(self.issuers_file) if self.issuers_file else []
        names = {one.issuer for one in described}
        short = [(issuer, url) for issuer, url in self.issuers.items() if issuer not in names]
        return described + [
            TrustedIssuer.model_construct(key=f"issuer-{n}", issuer=issuer, jwks_url=url)
            for n, (issuer, url) in enumerate(short)
        ]

    def store_url(self, service: str) -> str:
        if self.database_url:
            return self.database_url.replace("{service}", service)
        return f"sqlite:///{self.data / service}.sqlite"

    def refuse_one_database_for_all(self) -> None:
        """What runs or reads several services needs a database for each."""
        if self.database_url and self.store_url("one") == self.store_url("another"):
            raise CannotStart(
                f"PORTOLAN_DATABASE_URL is '{without_secrets(self.database_url)}': expected is `{{service}}` where the"
                " name of the service stands, since each has a database of its own"
            )

    def refuse_open_issuer(self) -> None:
        """The local issuer is for one machine: who is to be reached by others says that this is meant."""
        if self.local_issuer and not self.local_issuer_beyond_loopback and not _is_loopback(self.host):
            raise CannotStart(
                f"PORTOLAN_HOST is '{self.host}', which other machines reach, while tokens of the local issuer are"
                " accepted: set PORTOLAN_LOCAL_ISSUER=false and name your issuer in PORTOLAN_ISSUERS; or, where"
                " nobody reaches this address who may not, set PORTOLAN_LOCAL_ISSUER_BEYOND_LOOPBACK=true"
            )

    @property
    def log_bytes(self) -> int:
        return self.log_megabytes * 1_000_000

    @property
    def kafka_servers(self) -> str:
        """`host:port[,host:port]` of a `kafka://` bus."""
        return self.bus_url.removeprefix("kafka://")

    @property
    def kafka_over_tls(self) -> bool:
        return self.kafka_security.endswith("SSL")

    @property
    def kafka_with_login(self) -> bool:
        return self.kafka_security.startswith("SASL")

    def feed_url(self, service: str) -> str:
        """Where the service's event feed is read: its own address where one is set, else the front door."""
        return self.feeds.get(service, self.base_url)

    @property
    def base_url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


def _is_loopback(host: str) -> bool:
    """A name is one where all its addresses are; one that has none is judged when it is listened on."""
    try:
        addresses = {info[4][0] for info in getaddrinfo(host or "0.0.0.0", None)}  # noqa: S104 nothing is bound
    except (OSError, UnicodeError):
        return True
    return all(ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


def http_address(text: str) -> str:
    """The address without a slash at its end; ValueError where it is none that paths can be added to."""
    url = _split(text)
    if url is None or not _is_http(url) or url.query or url.fragment:
        raise ValueError("expected is an address such as `https://portolan.example.org`")
    return text.rstrip("/")


def _is_http(url: SplitResult | None) -> bool:
    return url is not None and url.scheme in ("http", "https") and bool(url.hostname)


def _split(text: str) -> SplitResult | None:
    """None where it is no address."""
    try:
        url = urlsplit(text)
        return url if url.port != 0 and text.isprintable() and " " not in text else None
    except ValueError:  # of a port that is no number, or of brackets
        return None


_SECRET = frozenset(
    name for name, setting in Settings.model_fields.items() if setting.annotation is SecretStr
)
"""The settings of which no value is ever shown."""


def settings_of(**overrides: object) -> Settings:
    """The environment's settings, but for those that are given (None: not given); CannotStart says what is wrong."""
    _refuse_misspelt()
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise CannotStart("\n".join(_sentences(error, overrides))) from None


def _sentences(error: ValidationError, overrides: Mapping[str, object]) -> Iterator[str]:
    for fault in error.errors(include_url=False):
        expected = re.sub("^(Input|String) should", "it should", fault["msg"].removeprefix("Value error, "))
        if not fault["loc"]:  # of settings that do not fit together: the sentence names them
            yield expected
            continue
        name = str(fault["loc"][0])
        variable = PREFIX + name.upper()
        value = os.environ.get(variable, "") if overrides.get(name) is None else str(overrides[name])
        yield f"{variable} is '{'***' if name in _SECRET else without_secrets(value)}': {expected}"


def without_secrets(value: str) -> str:
    """An address without who logs in and with what: what stands before `@`, after `?`, or after a `:` but for a port."""
    return _NOT_A_PORT.sub(":***", re.sub("//.*@", "//***@", re.sub(r"\?.*", "?***", value, flags=re.DOTALL)))


def _refuse_misspelt() -> None:
    """A misspelt setting would leave the instance on a default, at worst on stores of its own, and nobody knew why.

    Only a name that resembles a setting's is refused. Any other is logged and ignored: it may belong to
    another tool, or to another version, as after a rollback.
    """
    settings = [name.upper() for name in Settings.model_fields]
    for variable, value in sorted(os.environ.items()):
        name = variable.upper().removeprefix(PREFIX)
        if name == variable.upper() or name in settings or _SERVICE_LINK.fullmatch(f"{name}={value}"):
            continue
        if near := get_close_matches(name, settings, 1, NEAR):
            raise CannotStart(f"{variable} is no setting; the nearest one is {PREFIX}{near[0]}")
        logging.getLogger(__name__).warning("%s is no setting, and has no effect", variable)

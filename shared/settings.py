"""The settings of an instance: environment variables `PORTOLAN_*`, each with a default that runs embedded."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.money import CurrencyCode


class Settings(BaseSettings):
    """One instance is one organisation: its time zone, reporting currency and addresses."""

    model_config = SettingsConfigDict(env_prefix="PORTOLAN_", extra="ignore")

    data: Path = Field(default=Path("data"), description="The folder of stores, keys and logs.")
    database_url: str = Field(
        default="", description="`postgresql://…/{service}`; empty: an SQLite file a service, under `data`."
    )
    bus_url: str = Field(default="embedded:", description="`embedded:` or `kafka://host:port[,host:port]`.")
    instance: str = Field(
        default="portolan", pattern=r"^[a-z0-9-]{1,40}$", description="The name in every event's source."
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    public_url: str = Field(
        default="", description="How callers reach the front door; empty: http://host:port."
    )
    time_zone: str = Field(
        default="Europe/Zurich", description="What a date means where an instant is asked."
    )
    reporting_currency: CurrencyCode | None = Field(
        default=None, description="What sums are in; empty: the currency that the summed amounts share."
    )
    default_currency: CurrencyCode = Field(
        default="CHF", description="Of a budget whose project states no amount."
    )
    issuers: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Trusted OIDC issuers: `issuer=jwks-url issuer=jwks-url`."
    )
    audience: str = Field(default="portolan", description="The audience a token must name.")
    local_issuer: bool = Field(default=True, description="Accept tokens signed by the key under `data`.")
    rate_limit: int = Field(default=0, ge=0, description="Requests a minute and principal; 0: no limit.")
    cors_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Origins whose scripts may call the API: `origin origin`; empty: none.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is logged at least; requests are told at `info`."
    )
    feeds: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Where gap healing reads feeds: `service=url service=url`."
    )
    feed_token: str = Field(
        default="", description="The bearer token for it, where there is no local issuer."
    )

    @field_validator("issuers", "feeds", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        return dict(pair.split("=", 1) for pair in value.split()) if isinstance(value, str) else value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _words(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def store_url(self, service: str) -> str:
        if self.database_url:
            return self.database_url.replace("{service}", service)
        return f"sqlite:///{self.data / service}.sqlite"

    @property
    def kafka_servers(self) -> str:
        """`host:port[,host:port]` of a `kafka://` bus."""
        return self.bus_url.removeprefix("kafka://")

    def feed_url(self, service: str) -> str:
        """Where the service's event feed is read: its own address where one is set, else the front door."""
        return self.feeds.get(service, self.base_url)

    @property
    def base_url(self) -> str:
        return self.public_url or f"http://{self.host}:{self.port}"


def settings_of(**given: object) -> Settings:
    """The environment's settings, but for those that are given (None: not given)."""
    return Settings().model_copy(update={name: value for name, value in given.items() if value is not None})

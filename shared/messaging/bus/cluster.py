"""The Kafka cluster of an instance: how it is reached, and what its topics are called there.

Within Portolan a topic has one name, `portolan.projects.v1`, in outboxes and in the marks of consumers. On the cluster
the instance's prefix stands in place of `portolan`, so that instances that share a cluster can keep topics of their own.
"""

import logging
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.base.settings import Settings
from shared.base.starting import CannotStart

USUAL_PREFIX = "portolan"
"""What the names of topics begin with within Portolan."""
NO_PASSPHRASE = ""
"""Without one, OpenSSL would ask for the passphrase of a key on the terminal, and wait."""
WIRE_LOG = "aiokafka.conn"
"""The logger of aiokafka that writes every request at `DEBUG`, including credentials."""


@dataclass(frozen=True)
class Cluster:
    """`options` are what every client of aiokafka is made with; they hold the password, and so are never shown."""

    options: dict[str, Any] = field(repr=False)
    prefix: str = USUAL_PREFIX
    instance: str = ""
    """The instance whose events are applied; empty: those of any."""

    @classmethod
    def of(cls, settings: Settings) -> "Cluster":
        """The cluster of the settings; CannotStart where one of their files cannot be used."""
        options: dict[str, Any] = {
            "bootstrap_servers": settings.kafka_servers,
            "security_protocol": settings.kafka_security,
        }
        if settings.kafka_over_tls:
            options["ssl_context"] = _tls(settings)
        if settings.kafka_with_login:
            logging.getLogger(WIRE_LOG).setLevel(logging.INFO)
            options |= {
                "sasl_mechanism": settings.kafka_mechanism,
                "sasl_plain_username": settings.kafka_user,
                "sasl_plain_password": settings.kafka_password.get_secret_value(),
            }
        return cls(options, settings.topic_prefix, settings.instance)

    @classmethod
    def at(cls, servers: "str | Cluster") -> "Cluster":
        """A cluster without security and prefix, by its addresses; a cluster is itself."""
        return servers if isinstance(servers, Cluster) else cls({"bootstrap_servers": servers})

    def outside(self, topic: str) -> str:
        """The topic's name on the cluster."""
        return self.prefix + topic.removeprefix(USUAL_PREFIX)

    def inside(self, name: str) -> str:
        """The name within Portolan of what is called `name` on the cluster."""
        return USUAL_PREFIX + name.removeprefix(self.prefix)

    def group(self, consumer: str) -> str:
        """The consumer's group, apart from those of other instances by prefix and by name."""
        return f"{self.prefix}.{self.instance}.{consumer}"

    def other_instance(self, source: str) -> str | None:
        """The instance that published an event of this source; None where it is this one, or none of Portolan."""
        root, _, rest = source.removeprefix("/").partition("/")
        instance = rest.partition("/")[0]
        return instance if root == "portolan" and self.instance and instance != self.instance else None


def _tls(settings: Settings) -> ssl.SSLContext:
    """What the brokers' certificates are checked with, and the certificate that is shown to them."""
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca)
    except OSError as error:
        raise _unusable("KAFKA_CA", settings.kafka_ca, "PEM certificates", error) from error
    if settings.kafka_certificate:
        try:
            context.load_cert_chain(settings.kafka_certificate, settings.kafka_key, NO_PASSPHRASE)
        except OSError as error:
            both = "a PEM certificate, with the key (PORTOLAN_KAFKA_KEY) that belongs to it and has no passphrase"
            raise _unusable("KAFKA_CERTIFICATE", settings.kafka_certificate, both, error) from error
    return context


def _unusable(name: str, path: Path | None, expected: str, error: OSError) -> CannotStart:
    return CannotStart(
        f"PORTOLAN_{name} is '{path}': expected is a readable file of {expected} ({error.strerror or error})"
    )

"""The Kafka cluster of an instance: how it is reached, and what its topics are called there.

Within Portolan a topic has one name, `portolan.projects.v1`, in outboxes and in the marks of consumers. On a cluster that
several instances share it begins with the instance's prefix instead.
"""

import ssl
from dataclasses import dataclass, field
from typing import Any

from shared.base.settings import Settings

USUAL = "portolan"
"""What names of topics begin with within Portolan."""


@dataclass(frozen=True)
class Cluster:
    """`options` are what every client of aiokafka is made with."""

    options: dict[str, Any]
    prefix: str = USUAL
    instance: str = field(default="", kw_only=True)

    @classmethod
    def of(cls, settings: Settings) -> "Cluster":
        """The cluster of the settings; OSError or ssl.SSLError where a certificate cannot be read."""
        options: dict[str, Any] = {
            "bootstrap_servers": settings.kafka_servers,
            "security_protocol": settings.kafka_security,
        }
        if settings.kafka_security.endswith("SSL"):
            options["ssl_context"] = _trust(settings)
        if settings.kafka_security.startswith("SASL"):
            options |= {
                "sasl_mechanism": settings.kafka_mechanism,
                "sasl_plain_username": settings.kafka_user,
                "sasl_plain_password": settings.kafka_password,
            }
        return cls(options, settings.topic_prefix, instance=settings.instance)

    @classmethod
    def at(cls, servers: "str | Cluster") -> "Cluster":
        """A cluster without security, by its addresses; a cluster is itself."""
        return servers if isinstance(servers, Cluster) else cls({"bootstrap_servers": servers})

    def outside(self, topic: str) -> str:
        """The topic's name on the cluster."""
        return self.prefix + topic.removeprefix(USUAL)

    def inside(self, name: str) -> str:
        """The name within Portolan of what is called `name` on the cluster."""
        return USUAL + name.removeprefix(self.prefix)

    def is_ours(self, source: str) -> bool:
        """Whether an event of this source was published by this instance."""
        return (
            not self.instance
            or not source.startswith("/portolan/")
            or source.startswith(f"/portolan/{self.instance}/")
        )


def _trust(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(settings.kafka_ca) if settings.kafka_ca else None)
    if settings.kafka_certificate:
        context.load_cert_chain(settings.kafka_certificate, settings.kafka_key)
    return context

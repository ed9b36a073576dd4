"""Apache Kafka that is reached over TLS with a login or a certificate, and the certificates for it, made for one test."""

import ipaddress
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from deploy.kafka.broker import CLUSTER_ID, PROPERTIES, Broker, free_port

USER, PASSWORD = "portolan", "p@ss:word/%20"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PASSPHRASE = b"nobody tells it"

SECURED = """\
listeners=SASL_SSL://127.0.0.1:{port},SSL://127.0.0.1:{mutual_port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=SASL_SSL://127.0.0.1:{port},SSL://127.0.0.1:{mutual_port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
listener.name.sasl_ssl.plain.sasl.jaas.config={modules}.plain.PlainLoginModule required user_{user}="{password}";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config={modules}.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={modules}.scram.ScramLoginModule required \\
  username="{user}" password="{password}";
listener.name.ssl.ssl.client.auth=required
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
"""
"""Put behind the properties of a plain broker: of two lines with one name, the later is taken."""


@dataclass
class SecuredBroker(Broker):
    """A broker that takes a login over TLS on `servers`, and a client's certificate on `mutual_servers`."""

    mutual_port: int = field(default_factory=free_port)

    @property
    def mutual_servers(self) -> str:
        return f"127.0.0.1:{self.mutual_port}"

    @property
    def authority(self) -> Path:
        """Who signed all the certificates."""
        return self.folder / "authority.pem"

    @property
    def client(self) -> Path:
        """A client's certificate; its key stands in `client_key`."""
        return self.folder / "client.pem"

    @property
    def client_key(self) -> Path:
        return self.folder / "client.key"

    @property
    def locked_key(self) -> Path:
        """The same key behind a passphrase."""
        return self.folder / "locked.key"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_certificates()
        plain = PROPERTIES.format(
            port=self.port, controller_port=self.controller_port, logs=self.folder.absolute() / "logs"
        )
        secured = SECURED.format(
            port=self.port, mutual_port=self.mutual_port, controller_port=self.controller_port,
            modules="org.apache.kafka.common.security", user=USER, password=PASSWORD,
            keystore=self.folder / "broker.pem", authority=self.authority,
        )  # fmt: skip
        properties = self.folder / "server.properties"
        properties.write_text(plain + secured)
        users = [
            argument
            for mechanism in MECHANISMS[1:]
            for argument in ("--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]")
        ]
        command = self._java(
            "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties), *users
        )
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def _make_certificates(self) -> None:
        signer, broker, client = (rsa.generate_private_key(65537, 2048) for _ in range(3))
        self.authority.write_bytes(certificate("Test authority", signer, signer))
        keystore = private(broker) + certificate("127.0.0.1", broker, signer)
        (self.folder / "broker.pem").write_bytes(keystore)
        self.client.write_bytes(certificate("portolan", client, signer))
        self.client_key.write_bytes(private(client))
        self.locked_key.write_bytes(private(client, serialization.BestAvailableEncryption(PASSPHRASE)))


def private(
    key: rsa.RSAPrivateKey,
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption(),  # noqa: B008 it holds nothing
) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)


def certificate(name: str, key: rsa.RSAPrivateKey, signer: rsa.RSAPrivateKey) -> bytes:
    """In PEM, for a day; the authority signs its own."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=key is signer, path_length=None), critical=True)
    )
    if key is not signer:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

"""Apache Kafka with TLS and SCRAM, and the certificates for it, made for one test."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from deploy.kafka.broker import CLUSTER_ID, PROPERTIES, Broker

USER, PASSWORD = "portolan", "not-a-secret"
INNER = PROPERTIES.split("auto.create")[1]
SECURED = """\
process.roles=broker,controller
node.id=1
listeners=SASL_SSL://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=SASL_SSL://127.0.0.1:{port}
listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=SASL_SSL
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
log.dirs={logs}
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required \\
  username="{user}" password="{password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
"""


@dataclass
class SecuredBroker(Broker):
    """A broker that takes TLS and a password only; `authority` signed it."""

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        keystore = make_certificates(self.folder)
        logs = self.folder.absolute() / "logs"
        properties = self.folder / "server.properties"
        text = SECURED.format(
            port=self.port, controller_port=self.controller_port, logs=logs, user=USER, password=PASSWORD,
            keystore=keystore, authority=self.authority,
        )  # fmt: skip
        properties.write_text(text + "auto.create" + INNER)
        self._format(properties, f"SCRAM-SHA-512=[name={USER},password={PASSWORD}]")

    def _format(self, properties: Path, user: str) -> None:
        import subprocess

        command = self._java(
            "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties), "--add-scram", user
        )
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make_certificates(folder: Path) -> Path:
    """An authority (`authority.pem`), and a key with a certificate of 127.0.0.1 in one file, which is answered."""
    authority_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    authority = _certificate("Test authority", authority_key.public_key(), authority_key, "Test authority")
    certificate = _certificate("127.0.0.1", key.public_key(), authority_key, "Test authority")
    (folder / "authority.pem").write_bytes(_pem(authority))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    keystore = folder / "broker.pem"
    keystore.write_bytes(private + _pem(certificate))
    return keystore


def _certificate(
    name: str, public: rsa.RSAPublicKey, signer: rsa.RSAPrivateKey, issuer: str
) -> x509.Certificate:
    now = datetime.now(UTC)
    is_authority = name == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)

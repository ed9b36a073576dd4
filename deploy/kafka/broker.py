"""One Kafka broker in KRaft mode on 127.0.0.1: a child process that can be ended and started again on its files."""

import os
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from time import monotonic, sleep

from deploy.kafka.install import installed

START_S = 60.0
STOP_S = 20.0
CLUSTER_ID = "cG9ydG9sYW4tbG9jYWwtMQ"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller_port}
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
"""
JVM = ("-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


FIRST_PORT, PORTS = 15_000, 17_000
"""Below those that the system gives to outgoing connections, which come and go at any moment."""
_numbers = count(os.getpid() * 41)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on; each process looks from another one on, and gives none twice in turn."""
    for number in islice(_numbers, PORTS):
        port = FIRST_PORT + number % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port of 127.0.0.1 is free")


class NotStarted(Exception):
    """The broker cannot be started, or does not come up."""


@dataclass
class Broker:
    """A broker whose files and log are under `folder`."""

    folder: Path
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it accepts connections; NotStarted says why it does not."""
        self.prepare()
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, start_new_session=True)  # noqa: S603 our own words
        deadline = monotonic() + START_S
        while not self.accepts():
            if self.process.poll() is not None or monotonic() > deadline:
                raise NotStarted(f"Kafka did not start; see {self.folder / 'broker.log'}")
            sleep(0.1)

    def command(self) -> list[str]:
        """What runs the broker, once it is prepared."""
        return self._java("kafka.Kafka", str(self.folder / "server.properties"))

    def prepare(self) -> None:
        """Write its settings, and format its folder where that is new; NotStarted where its port is another's."""
        if self.accepts():
            raise NotStarted(f"port {self.port} is taken on 127.0.0.1; choose another for Kafka")
        logs = self.folder.absolute() / "logs"
        properties = self.folder / "server.properties"
        self.folder.mkdir(parents=True, exist_ok=True)
        properties.write_text(
            PROPERTIES.format(port=self.port, controller_port=self.controller_port, logs=logs)
        )
        if not (logs / "meta.properties").exists():
            formatting = self._java(
                "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(properties)
            )
            subprocess.run(formatting, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 our own words

    def _java(self, main: str, *arguments: str) -> list[str]:
        return ["java", *JVM, "-cp", f"{installed()}/*", main, *arguments]

    def accepts(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        """End it in order, or by force where it takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """It holds its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self.process is not None:
            os.kill(self.process.pid, number)

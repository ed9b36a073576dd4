"""One Keycloak on this machine, with its store in memory: a child process that forgets everything when it ends."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from time import monotonic, sleep
from typing import Any

import httpx

from deploy.kafka.broker import free_port
from deploy.keycloak.install import installed, java
from deploy.keycloak.realm import REALM, realm

START_S = 240.0
"""It takes 7 s on two free cores; a busy machine may take many times as long."""
STOP_S = 20.0
TIMEOUT_S = 30.0
ADMINISTRATOR = "admin"


class NotStarted(Exception):
    """Keycloak cannot be started, or does not come up."""


@dataclass
class Keycloak:
    """A server whose log is under `folder`, with a realm for the Portolan at an address."""

    folder: Path
    portolan: str
    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: token_urlsafe(12))
    """Of its administrator."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/{REALM}"

    def start(self) -> None:
        """Start it and wait until it has the realm; NotStarted says why it does not."""
        if self._answers():
            raise NotStarted(f"port {self.port} is taken on this machine; choose another for Keycloak")
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "keycloak.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KC_")}
        environment |= {
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR, "KC_BOOTSTRAP_ADMIN_PASSWORD": self.password,
        }  # fmt: skip
        command = java(
            installed(), "start", "--optimized", "--cache=local", "--http-enabled=true", f"--hostname={self.url}",
            "--http-host=127.0.0.1", f"--http-port={self.port}",
        )  # fmt: skip
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)  # noqa: S603 our own words
        deadline = monotonic() + START_S
        while not self._answers():
            if self.process.poll() is not None or monotonic() > deadline:
                raise NotStarted(f"Keycloak did not start; see {log}")
            sleep(0.1)
        self.administer("POST", "", realm(self.portolan))

    def administer(self, method: str, path: str, content: Any = None) -> Any:
        """What its administration answers below `/admin/realms`; an HTTPStatusError where it refuses."""
        form = {
            "grant_type": "password", "client_id": "admin-cli", "username": ADMINISTRATOR, "password": self.password,
        }  # fmt: skip
        with httpx.Client(base_url=self.url, timeout=TIMEOUT_S) as client:
            granted = client.post(
                "/realms/master/protocol/openid-connect/token", data=form
            ).raise_for_status()
            headers = {"Authorization": f"Bearer {granted.json()['access_token']}"}
            answer = client.request(method, f"/admin/realms{path}", json=content, headers=headers)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    def stop(self) -> None:
        """End it in order, or by force where it takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _answers(self) -> bool:
        try:
            address = f"{self.url}/realms/master/.well-known/openid-configuration"
            return httpx.get(address, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

"""The distribution of Keycloak, fetched by Maven once, and built once for a store in memory."""

import hashlib
import os
import subprocess
from pathlib import Path
from zipfile import ZipFile

from deploy.maven import BUILD, NotInstallable, fetched

POM = Path(__file__).with_name("pom.xml")
FOLDER = BUILD / "keycloak"
NAME = "keycloak-quarkus-dist-"
SHA256 = "dd9834c023460be856f731423d86228c23b5d002194a2064642bec0cc6573eaa"
"""Of the file that `pom.xml` names: whatever Maven brings instead is not started."""
BUILD_S = 300.0
JVM = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def installed() -> Path:
    """The home of Keycloak; fetched and built when it is not there yet. NotInstallable says why that is not possible."""
    home = _home()
    if home is None:
        _fetch()
        home = _home()
    assert home is not None
    return home


def version() -> str | None:
    """The version that is installed, such as 26.4.7; None where none is yet."""
    home = _home()
    return home.name.removeprefix("keycloak-") if home else None


def java(home: Path, *arguments: str) -> list[str]:
    """The command that runs Keycloak itself. Its own script is a shell: who ends that leaves the server running."""
    properties = {
        "kc.home.dir": home,
        "jboss.server.config.dir": home / "conf",
        "java.util.logging.manager": "org.jboss.logmanager.LogManager",
        "java.util.concurrent.ForkJoinPool.common.threadFactory": (
            "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
        ),
    }
    return [
        "java", *JVM, *(f"-D{name}={value}" for name, value in properties.items()),
        "-cp", str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint", *arguments,
    ]  # fmt: skip


def _home() -> Path | None:
    """Of the version that `pom.xml` names: another one is not looked at."""
    named = POM.read_text().partition("keycloak-quarkus-dist</artifactId>")[2]
    home = FOLDER / f"keycloak-{named.partition('<version>')[2].partition('<')[0]}"
    return home if home.is_dir() else None


def _fetch() -> None:
    with fetched("Keycloak", POM, FOLDER) as fetching:
        [packed] = fetching.glob(f"{NAME}*.zip")
        with packed.open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != SHA256:
                raise NotInstallable(f"{packed.name} is not the file whose SHA-256 deploy/keycloak names")
        with ZipFile(packed) as archive:
            archive.extractall(fetching)
        home = fetching / packed.stem.replace(NAME, "keycloak-")
        _build(home)
        if _home() is None:
            home.rename(FOLDER / home.name)


def _build(home: Path) -> None:
    """What Keycloak otherwise does at each start, in 10 to 15 s."""
    options = ("--db=dev-mem", "--features-disabled=kerberos")
    command = java(home, "build", *options)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KC_")}
    try:
        done = subprocess.run(  # noqa: S603 our own words
            command,
            env=environment,
            timeout=BUILD_S,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"Keycloak was not built within {BUILD_S:.0f} s") from None
    if done.returncode:
        raise NotInstallable(f"Keycloak cannot be built: {done.stdout[-1000:]}")

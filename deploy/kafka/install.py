"""The jars of Apache Kafka, fetched by Maven once."""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
LIBS = HERE.parents[1] / "build" / "kafka" / "libs"
MAIN_JAR = "kafka_2.13-*.jar"


class NotInstallable(Exception):
    """Java 17 or Maven is missing, or Maven fetches nothing."""


def installed() -> Path:
    """The folder of the jars; fetched when it is not there yet."""
    if version() is None:
        _fetch()
    return LIBS


def missing_tools() -> list[str]:
    """What this machine lacks for running Kafka."""
    return [tool for tool in ("java", "mvn") if shutil.which(tool) is None]


def version() -> str | None:
    """The version that is installed, such as 4.1.0; None where none is yet."""
    jar = next(LIBS.glob(MAIN_JAR), None)
    return jar.stem.removeprefix("kafka_2.13-") if jar else None


def _fetch() -> None:
    if missing := missing_tools():
        raise NotInstallable(f"Kafka needs Java 17 and Maven; install what provides {' and '.join(missing)}")
    fetching = LIBS.with_name("fetching")
    command = [
        "mvn",
        "-q",
        "-B",
        "-Dstyle.color=never",
        "-f",
        str(HERE / "pom.xml"),
        "dependency:copy-dependencies",
    ]
    if subprocess.run([*command, f"-DoutputDirectory={fetching}"]).returncode:  # noqa: S603 our own words
        raise NotInstallable("Maven could not fetch Kafka; what it says stands above")
    shutil.rmtree(LIBS, ignore_errors=True)
    fetching.rename(LIBS)

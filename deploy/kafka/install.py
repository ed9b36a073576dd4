"""The jars of Apache Kafka, fetched by Maven once."""

import shutil
from pathlib import Path

from deploy.maven import BUILD, NotInstallable, fetched, missing_tools

__all__ = ["NotInstallable", "installed", "missing_tools", "version"]

POM = Path(__file__).with_name("pom.xml")
LIBS = BUILD / "kafka" / "libs"
MAIN_JAR = "kafka_2.13-*.jar"


def installed() -> Path:
    """The folder of the jars; fetched when it is not there yet."""
    if version() is None:
        _fetch()
    return LIBS


def version() -> str | None:
    """The version that is installed, such as 4.1.0; None where none is yet."""
    jar = next(LIBS.glob(MAIN_JAR), None)
    return jar.stem.removeprefix("kafka_2.13-") if jar else None


def _fetch() -> None:
    with fetched("Kafka", POM, LIBS.parent) as fetching:
        if version() is None:
            shutil.rmtree(LIBS, ignore_errors=True)
            fetching.rename(LIBS)

"""The jars of Apache Kafka, fetched by Maven once."""

import shutil
import subprocess
from pathlib import Path
from tempfile import mkdtemp

HERE = Path(__file__).parent
LIBS = HERE.parents[1] / "build" / "kafka" / "libs"
PATIENCE_S = 800
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
    LIBS.parent.mkdir(parents=True, exist_ok=True)
    fetching = Path(mkdtemp(prefix="fetching-", dir=LIBS.parent))  # who does the same beside this has another
    command = [
        "mvn",
        "-q",
        "-B",
        "-Dstyle.color=never",
        "-f",
        str(HERE / "pom.xml"),
        "dependency:copy-dependencies",
    ]
    try:
        command.append(f"-DoutputDirectory={fetching}")
        if subprocess.run(command, timeout=PATIENCE_S).returncode:  # noqa: S603 our own words
            raise NotInstallable("Maven could not fetch Kafka; what it says stands above")
        if version() is None:
            shutil.rmtree(LIBS, ignore_errors=True)
            fetching.rename(LIBS)
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"Maven did not fetch Kafka within {PATIENCE_S} s") from None
    finally:
        shutil.rmtree(fetching, ignore_errors=True)

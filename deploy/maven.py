"""What other projects publish as Maven artefacts, fetched once and kept under build/."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

BUILD = Path(__file__).parents[1] / "build"
PATIENCE_S = 800


class NotInstallable(Exception):
    """Java 17 or Maven is missing, or Maven fetches nothing."""


def missing_tools() -> list[str]:
    """What this machine lacks for running programs in Java."""
    return [tool for tool in ("java", "mvn") if shutil.which(tool) is None]


@contextmanager
def fetched(name: str, pom: Path, folder: Path) -> Iterator[Path]:
    """A new folder in `folder` with what `pom` names, as Maven has checked it; what stays there is removed at the end.

    Who fetches the same beside this has another folder. NotInstallable says why there is none, with the product's `name`.
    """
    if missing := missing_tools():
        raise NotInstallable(f"{name} needs Java 17 and Maven; install what provides {' and '.join(missing)}")
    folder.mkdir(parents=True, exist_ok=True)
    fetching = Path(mkdtemp(prefix="fetching-", dir=folder))
    command = [
        "mvn", "-q", "-B", "--strict-checksums", "-Dstyle.color=never", "-f", str(pom),
        "dependency:copy-dependencies", f"-DoutputDirectory={fetching}",
    ]  # fmt: skip
    try:
        if subprocess.run(command, timeout=PATIENCE_S).returncode:  # noqa: S603 our own words
            raise NotInstallable(f"Maven could not fetch {name}; what it says stands above")
        yield fetching
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"Maven did not fetch {name} within {PATIENCE_S} s") from None
    finally:
        shutil.rmtree(fetching, ignore_errors=True)

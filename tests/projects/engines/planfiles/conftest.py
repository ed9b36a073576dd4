"""Plan files to test with, and mpxj as an independent reader of them."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.projects.engines.planfiles.foreign import JAVA_OPTIONS

PLANS = Path(__file__).parents[4] / "../shared/data/plans"


@pytest.fixture(scope="session")
def plan_files() -> Path:
    """The folder of plan files that other programs wrote."""
    if not PLANS.is_dir():
        pytest.skip("no ../shared/data")
    return PLANS


@pytest.fixture(scope="session")
def java() -> SimpleNamespace:
    """The classes of mpxj the tests compare with."""
    jpype = pytest.importorskip("jpype")
    pytest.importorskip("mpxj")
    if not jpype.isJVMStarted():
        jpype.startJVM(*JAVA_OPTIONS, convertStrings=True)
    org, io = jpype.JPackage("org").mpxj, jpype.JPackage("java").io
    return SimpleNamespace(mspdi=org.mspdi, io=io, mpxj=org, jpype=jpype)


@pytest.fixture(scope="session")
def mpxj_read(java: SimpleNamespace) -> Callable[[bytes], Any]:
    """What mpxj makes of an MSPDI document."""
    return lambda content: java.mspdi.MSPDIReader().read(java.io.ByteArrayInputStream(content))


@pytest.fixture(scope="session")
def mpxj_write(java: SimpleNamespace) -> Callable[[Any], bytes]:
    """The MSPDI document mpxj makes of a project of its own."""

    def write(project: Any) -> bytes:
        out = java.io.ByteArrayOutputStream()
        java.mspdi.MSPDIWriter().write(project, out)
        return bytes(out.toByteArray())

    return write

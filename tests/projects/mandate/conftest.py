"""A project, and persons who decide on it."""

import pytest

from tests.conftest import Portolan
from tests.projects.mandate.circulating import Round


@pytest.fixture
def table(portolan: Portolan) -> Round:
    return Round(portolan)

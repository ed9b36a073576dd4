"""A desk of the risk service, where projects and their risks are arranged."""

import pytest

from tests.conftest import Portolan
from tests.support.given import Desk


@pytest.fixture
def desk(portolan: Portolan) -> Desk:
    return Desk(portolan, "risk")


@pytest.fixture
def desk_everywhere(everywhere: Portolan) -> Desk:
    """Once on SQLite, once on PostgreSQL."""
    return Desk(everywhere, "risk")

"""A house of portfolios, projects and their work packages."""

import pytest

from tests.conftest import Portolan
from tests.support.given import House


@pytest.fixture
def house(portolan: Portolan) -> House:
    return House(portolan)


@pytest.fixture
def house_everywhere(everywhere: Portolan) -> House:
    """Once on SQLite, once on PostgreSQL."""
    return House(everywhere)

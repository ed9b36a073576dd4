"""A desk for requests."""

import pytest

from tests.conftest import Portolan
from tests.projects.intake.asking import Desk


@pytest.fixture
def desk(portolan: Portolan) -> Desk:
    return Desk(portolan)


@pytest.fixture
def desk_everywhere(everywhere: Portolan) -> Desk:
    """Once on SQLite, once on PostgreSQL."""
    return Desk(everywhere)

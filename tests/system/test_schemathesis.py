"""Schemathesis on every service: no 5xx, and no answer that the document does not tell."""

from typing import Any

import pytest

from services.embedded import SERVICES
from tests.system.exploring import check

EXAMPLES = 5
"""Generated requests an operation; `make chaos` sends more, and those at the limits of every member."""


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_every_answer_is_one_that_the_document_tells(service: str, everything: Any) -> None:
    await check(everything, service, EXAMPLES, boundaries=False)

"""`make chaos`: the same as tests/system/test_schemathesis.py with fifty examples, and every limit of every member."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded import SERVICES
from shared.base.settings import Settings
from tests.system.exploring import check, documented
from tests.system.walking import Everything, running_everything


@pytest.fixture
async def everything(tmp_path: Path) -> AsyncIterator[Everything]:
    async with running_everything(Settings(data=tmp_path)) as running:
        yield running


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_no_request_gets_an_answer_that_the_document_does_not_tell(
    service: str, everything: Everything
) -> None:
    await check(everything, service, list(documented(service)), 50, boundaries=True)

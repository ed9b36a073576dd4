"""`make chaos`: the same as tests/system/test_schemathesis.py with fifty examples, and every limit of every member."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.embedded import SERVICES
from shared.base.settings import Settings
from tests.system.exploring import check, documented, groups
from tests.system.walking import Everything, running_everything


@pytest.fixture
async def everything(tmp_path: Path) -> AsyncIterator[Everything]:
    async with running_everything(Settings(data=tmp_path)) as running:
        yield running


GROUPS = [
    (one.name, group)
    for one in SERVICES
    for group in groups(one.name, sorted(set(documented(one.name).values())))
]


@pytest.mark.parametrize(("service", "operations"), GROUPS, ids=[f"{name}-{ids[0]}" for name, ids in GROUPS])
async def test_no_request_gets_an_answer_that_the_document_does_not_tell(
    service: str, operations: list[str], everything: Everything
) -> None:
    await check(everything, service, operations, 50, boundaries=True)

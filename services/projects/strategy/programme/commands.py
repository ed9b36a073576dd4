"""What is checked of programmes against their neighbours."""

from services.projects.confidential import check_confidential
from shared.contracts.projects.strategy import Programme
from shared.domain.work import Work


async def check(work: Work, programme: Programme) -> None:
    await check_confidential(work, programme)

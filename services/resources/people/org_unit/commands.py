"""What is checked of the units of the organisation: what they stand under, and who leads them."""

from shared.contracts.resources.people import OrgUnit
from shared.domain.hierarchies import Hierarchy
from shared.domain.naming import guard_name
from shared.domain.work import Work

HIERARCHY = Hierarchy(OrgUnit)


async def check(work: Work, unit: OrgUnit) -> None:
    await guard_name(work, unit)
    await HIERARCHY.check(work, unit)

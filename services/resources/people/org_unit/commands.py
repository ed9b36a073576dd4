"""What is checked of the units of the organisation: what they stand under, and who leads them."""

from services.resources.people.org_unit.model import OrgUnitRow
from services.resources.people.person.model import PersonRow
from shared.contracts.resources.people import OrgUnit
from shared.domain.hierarchies import Hierarchy
from shared.domain.naming import guard_name
from shared.domain.references import takes_new
from shared.domain.work import Work

HIERARCHY = Hierarchy(OrgUnit)


async def check(work: Work, unit: OrgUnit) -> None:
    await guard_name(work, unit)
    await takes_new(work, OrgUnitRow, unit, "parent_id")
    await takes_new(work, PersonRow, unit, "head_id")
    await HIERARCHY.check(work, unit)

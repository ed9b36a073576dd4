"""What is checked of persons."""

from services.resources.person import rules
from shared.contracts.resources import Person
from shared.work import Work


async def check(work: Work, person: Person) -> None:
    rules.skills_differ(person)
    rules.vendor_fits(person)

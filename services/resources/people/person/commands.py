"""What is checked of persons, and how one is erased."""

from services.resources.people.identity.commands import erase_logins
from services.resources.people.person import rules
from services.resources.planning.allocation.model import AllocationRow
from shared.base.clock import to_day
from shared.contracts.common import COMMENTS
from shared.contracts.resources.people import Person, PersonErased
from shared.contracts.resources.planning import AllocationState
from shared.domain.comments import erase_of
from shared.domain.dependents import Dependents
from shared.domain.erasure import erase as erased
from shared.domain.work import Match, Work, expect_version

BOOKED = Dependents(
    AllocationRow,
    "person_id",
    f"state = '{AllocationState.BOOKED}' AND ends_on >= ?",
    lambda work: (to_day(work.effective_on),),
)
"""What runs or is to come; what a person has worked stays as it was."""


async def check(work: Work, person: Person) -> None:
    rules.skills_differ(person)
    rules.vendor_fits(person)


async def erase(work: Work, id: str, if_match: Match | None, reason: str | None) -> Person:
    person = await work.load(Person, id)
    expect_version(person, if_match)
    return await erase_person(work, person, reason)


async def erase_person(work: Work, person: Person, reason: str | None) -> Person:
    """Their logins and what they said go too. Whatever is booked stays booked: an allocation names no more than the id."""
    await erase_logins(work, str(person.id), reason)
    await erase_of(work, COMMENTS["resources"], person.id, reason)
    return await erased(work, person, PersonErased(reason=reason))

"""What is checked of persons, and how one is erased."""

from services.resources.person import rules
from shared.contracts.resources import Person, PersonErased
from shared.domain.erasure import erase as erased
from shared.domain.work import Match, Work, expect_version


async def check(work: Work, person: Person) -> None:
    rules.skills_differ(person)
    rules.vendor_fits(person)


async def erase(work: Work, id: str, if_match: Match | None, reason: str | None) -> Person:
    """Whatever is booked stays booked: an allocation names no more than the id."""
    person = await work.load(Person, id)
    expect_version(person, if_match)
    return await erased(work, person, PersonErased(reason=reason))

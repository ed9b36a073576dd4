"""What holds of persons: each skill is named once, and only externals come from a vendor."""

from shared.base.errors import Fault, Invalid
from shared.contracts.resources.people import Employment, Person


def skills_differ(person: Person) -> None:
    seen: set[str] = set()
    for i, skill in enumerate(person.skills):
        if skill.name.casefold() in seen:
            raise Invalid(
                "a skill is named twice", Fault("duplicate", "named before", pointer=f"/skills/{i}/name")
            )
        seen.add(skill.name.casefold())


def vendor_fits(person: Person) -> None:
    if person.vendor_id is not None and person.employment is Employment.INTERNAL:
        raise Invalid(
            "an internal person has no vendor", Fault("internal", "only of externals", pointer="/vendor_id")
        )

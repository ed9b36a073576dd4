"""What is checked of field definitions; every change of one is kept where all services look for it."""

from collections.abc import Sequence

from services.projects.organisation.field_definition import rules
from shared.contracts.language import Fact
from shared.contracts.projects.organisation import FieldDefinition
from shared.domain import custom_fields
from shared.domain.work import Work


async def check(work: Work, field: FieldDefinition) -> None:
    rules.makes_sense(field)
    rules.stays_what_it_was(field, work.before(field))


async def after(work: Work, field: FieldDefinition, before: FieldDefinition | None) -> None:
    custom_fields.keep(work, field)


async def read_in(work: Work, field: FieldDefinition, fact: Fact) -> None:
    custom_fields.keep(work, field)


async def refuse_while_active(work: Work, field: FieldDefinition) -> Sequence[FieldDefinition]:
    """What is given today is retired before it is archived. Nothing goes with it."""
    rules.is_not_active(field)
    return ()

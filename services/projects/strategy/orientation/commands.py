"""What is checked of orientations, and what one that takes the place of another does to that."""

from datetime import date

from services.projects.strategy.orientation import rules
from shared.base.clock import to_day
from shared.contracts.projects.strategy import Orientation, OrientationRetired, OrientationState
from shared.domain.work import Work


async def check(work: Work, orientation: Orientation) -> None:
    rules.stays_once_adopted(orientation, work.before(orientation))
    rules.supersedes_another(orientation)


async def after(work: Work, orientation: Orientation, before: Orientation | None) -> None:
    """The one that it takes the place of ends the day before, in the same commit."""
    was_draft = before is not None and before.state is OrientationState.DRAFT
    if (
        not was_draft
        or orientation.state is not OrientationState.IN_FORCE
        or orientation.supersedes_id is None
    ):
        return
    assert orientation.in_force_from is not None
    other = await work.load(Orientation, orientation.supersedes_id)
    rules.can_be_superseded(other, orientation)
    rules.retire_before(other, orientation.in_force_from)
    work.save(other, OrientationRetired())


async def in_force(work: Work, on: date) -> list[Orientation]:
    """Those that are to be followed on a day, as far as who asks sees them."""
    orientations = await work.select(Orientation, "in_force_from <= ? ORDER BY title_sort, id", (to_day(on),))
    return [one for one in orientations if rules.is_in_force(one, on) and not work.hides(one)]

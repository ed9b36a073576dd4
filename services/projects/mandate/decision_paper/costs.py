"""What the subject of a paper costs as it is circulated: granted, the paper allows that much and no more."""

from services.projects.mandate.mandate.spending import cost_of as cost_of_mandate
from shared.base.money import Money
from shared.contracts.projects.change import Change, ProjectException
from shared.contracts.projects.mandate import Mandate
from shared.contracts.projects.papers import PaperSubject
from shared.domain.work import Work


async def cost_of(work: Work, subject: PaperSubject) -> Money | None:
    """Of a change what it costs beside the budget, of an exception the forecast, of a mandate all that it lets be spent; of all
    else nothing is asked."""
    if subject.kind == "change":
        change = await work.find_by_id(Change, subject.id)
        return None if change is None or change.impact is None else change.impact.cost
    if subject.kind == "exception":
        one = await work.find_by_id(ProjectException, subject.id)
        return None if one is None else one.forecast.cost
    if subject.kind == "mandate":
        mandate = await work.find_by_id(Mandate, subject.id)
        return None if mandate is None else cost_of_mandate(mandate)
    return None

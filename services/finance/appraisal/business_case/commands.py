"""What is checked of business cases: the sponsor decides, and what was approved is frozen with its figures."""

from typing import Any

from services.finance.appraisal.business_case import rules
from services.finance.appraisal.business_case.figures import figures_of
from services.finance.tables import KNOWN_PROJECT
from shared.base.errors import Forbidden
from shared.contracts.finance.appraisal import BusinessCase, CaseState
from shared.domain.acts import Acts, of_known_project
from shared.domain.freezing import freeze_content
from shared.domain.work import Work

ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)
FORMAT = "portolan.business_case.1"


async def check(work: Work, case: BusinessCase) -> None:
    rules.is_sound(case)
    before = work.before(case)
    if before is None or case.state is not CaseState.APPROVED:
        return
    if before.state is CaseState.REVIEWED or before.confirmed_on != case.confirmed_on:
        await _refuse_others(work, case)
    if before.state is CaseState.REVIEWED:
        freeze_content(work, case, content_of(case))


async def _refuse_others(work: Work, case: BusinessCase) -> None:
    """Refuse (403 `not_the_sponsor`) a person who decides here and is not the sponsor of the project. A login without a
    person, and a project without a sponsor, are judged by their right to decide alone."""
    project = await KNOWN_PROJECT.get(work, case.project_id)
    person = await work.person()
    sponsor = None if project is None else project.sponsor_id
    if sponsor is not None and person is not None and sponsor != person:
        raise Forbidden("the sponsor of the project decides this", code="not_the_sponsor")


def content_of(case: BusinessCase) -> dict[str, Any]:
    """What was approved, and what it came to."""
    figures = figures_of(case).model_dump(mode="json")
    return {
        "format": FORMAT,
        "id": str(case.id),
        "project_id": str(case.project_id),
        "edition": case.edition,
        "rate_pct": str(case.rate_pct),
        "options": [one.model_dump(mode="json") for one in case.options],
        "cash_flows": [one.model_dump(mode="json") for one in case.cash_flows],
        "assumptions": case.assumptions,
        "result": figures["result"],
        "sensitivity": figures["sensitivity"],
        "switching": figures["switching"],
    }

"""What is done with projects beyond a plain register: codes, references within the service, arrival at a stage."""

from typing import Any

from services.projects.confidential import check_confidential
from services.projects.control.exception.raising import follow_forecasts
from services.projects.strategy.strategic_objective.contributions import check_contributions
from services.projects.structure.project import rules
from shared.base.errors import Fault, Forbidden
from shared.contracts.language import Fact, plain
from shared.contracts.projects.structure import Project, ProjectImported, Stage
from shared.domain.acts import Acts, Standing
from shared.domain.codes import Sequence
from shared.domain.days import refuse_future
from shared.domain.work import Work

CODES = Sequence("PRJ")


async def standing(work: Work, project: Project) -> Standing | None:
    """As it stood before this change; what is made only now stands nowhere yet. An archived one is restored first."""
    before = work.before(project)
    return None if before is None else Standing(before.stage, archived=False)


ACTS = Acts(standing, rules.act, pointer="/stage")


async def supply(work: Work, body: Any) -> dict[str, Any]:
    """A code where none is given, and the first stage."""
    return {"code": body.code or await CODES.next(work), "stage": body.stage or Stage.PROPOSED}


async def read_in(work: Work, project: Project, fact: Fact) -> None:
    """Its code is not drawn again."""
    CODES.pass_over(work, project.code)


async def check(work: Work, project: Project) -> None:
    _stage_is_moved_to(work, project)
    rules.dates_in_order(project)
    await check_contributions(work, project)
    await check_confidential(work, project)
    refuse_future(work, project.actual_start_on, "/actual_start_on")
    refuse_future(work, project.actual_finish_on, "/actual_finish_on")


def _stage_is_moved_to(work: Work, project: Project) -> None:
    """Only an import may set a stage, of a new project or of one that stands; everybody else makes moves."""
    before = work.before(project)
    stood = Stage.PROPOSED if before is None else before.stage
    if project.stage != stood and "projects.import" not in work.scopes:
        raise Forbidden(
            "only an importer may set a stage; use the moves",
            Fault("import_only", "needs import", pointer="/stage"),
        )


def tell(project: Project, before: Project | None, body: Any) -> Fact:
    """A stage that arrives with the content is an import: reactions treat it as the moves that lead there."""
    if body.stage is None:
        return plain(Project, "created" if before is None else "revised")
    return ProjectImported(stage=project.stage, previous_stage=before.stage if before else None)


FORECAST = ("forecast_finish_on", "forecast_cost", "planned_finish_on", "archived_at")


async def after(work: Work, project: Project, before: Project | None) -> None:
    """What is expected of it is held against what its mandate tolerates."""
    if before is not None and any(getattr(project, name) != getattr(before, name) for name in FORECAST):
        await follow_forecasts(work, project.id)

"""What holds of assessments: they rate something."""

from shared.base.errors import Fault, Invalid
from shared.contracts.risk.risks import Assessment
from shared.domain.stages import Act


def act(deed: str, assessment: Assessment, before: Assessment | None) -> Act:
    """A rating is an opinion that is asked for, also of what has ended."""
    return Act.SURVEY


def rates_something(assessment: Assessment) -> None:
    if assessment.project_id is None and assessment.programme_id is None:
        raise Invalid(
            "an assessment rates a project or a programme",
            Fault("missing", "this or programme_id is needed", pointer="/project_id"),
            code="nothing_rated",
        )

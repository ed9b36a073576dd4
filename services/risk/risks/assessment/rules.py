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


def says_why_it_has_no_rating(assessment: Assessment) -> None:
    if assessment.rating is None and not assessment.comment.strip():
        raise Invalid(
            "an assessment without a rating says why",
            Fault("missing", "a rating from 1 to 5, or a comment", pointer="/rating"),
            code="not_rated",
        )

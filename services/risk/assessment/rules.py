"""What holds of assessments: they rate something."""

from shared.base.errors import Fault, Invalid
from shared.contracts.risk import Assessment


def rates_something(assessment: Assessment) -> None:
    if assessment.project_id is None and assessment.programme_id is None:
        raise Invalid(
            "an assessment rates a project or a programme",
            Fault("missing", "this or programme_id is needed", pointer="/project_id"),
            code="nothing_rated",
        )

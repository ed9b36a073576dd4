"""Files of other systems for the worker of a page: what imports read and send, with the engine that reads plans."""

from services.imports.systems.job import carry_out
from services.imports.tables.orders import Done, Job
from services.plan_reading import plans_of
from shared.base.computation import Computation, Report


def run(job: Job, report: Report) -> Done:
    """Carry the order in the folder out."""
    return carry_out(job, report, plans_of)


def _check(job: Job) -> None:
    """Everything that can be wrong is in the files, and is said in the outcome."""


IMPORT = Computation(takes=Job, gives=Done, check=_check, run=run)

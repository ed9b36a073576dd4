"""Plan files: MSPDI both ways, other formats through mpxj, and the difference of two plans.

Begin with `read_plan`: bytes or a path in, a `PlanFile` out. `write_mspdi` is the way back, `difference` says
what changed from one plan to another.
"""

from services.projects.engines.planfiles.differences import Change, ChangeKind, Subject, difference
from services.projects.engines.planfiles.formats import read_plan
from services.projects.engines.planfiles.mspdi import read_mspdi, write_mspdi
from services.projects.engines.planfiles.planfile import NotTaken, PlanFile, Reason

__all__ = [
    "Change",
    "ChangeKind",
    "NotTaken",
    "PlanFile",
    "Reason",
    "Subject",
    "difference",
    "read_mspdi",
    "read_plan",
    "write_mspdi",
]

"""Plan files: MSPDI both ways, other formats through mpxj, and the difference of two plans.

Begin with `read_plan`: bytes or a path in, a `PlanFile` out. `write_mspdi` is the way back, `difference` says
what changed from one plan to another.
"""

from typing import TYPE_CHECKING

from shared.base.first_use import on_first_use

if TYPE_CHECKING:
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

__getattr__ = on_first_use(
    __name__,
    {
        "Change": "differences",
        "ChangeKind": "differences",
        "Subject": "differences",
        "difference": "differences",
        "read_plan": "formats",
        "read_mspdi": "mspdi",
        "write_mspdi": "mspdi",
        "NotTaken": "planfile",
        "PlanFile": "planfile",
        "Reason": "planfile",
    },
)

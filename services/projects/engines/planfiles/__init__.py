"""Plan files: MSPDI both ways, other formats through mpxj, and the difference of two plans.

Begin with `read_plan`: bytes or a path in, a `PlanFile` out. `write_mspdi` is the way back, `difference` says
what changed from one plan to another.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

_MODULES = {
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
}
"""Name -> the module that has it, which is imported when it is asked for: who needs one part does not load all of it."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

"""Microsoft Project's XML format (MSPDI), both ways: `read_mspdi` and `write_mspdi`.

Each module holds one subject in both directions, so that reading and writing cannot drift apart. `shape` is
the vocabulary; `values` has durations, dates and money; `custom` has the custom fields. `remainder` has what
MSPDI has no place for. `reader` and `writer` handle the whole.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.projects.engines.planfiles.mspdi.reader import read_mspdi
    from services.projects.engines.planfiles.mspdi.writer import write_mspdi

__all__ = ["read_mspdi", "write_mspdi"]

_MODULES = {
    "read_mspdi": "reader",
    "write_mspdi": "writer",
}
"""Name -> the module that has it, which is imported when it is asked for: who needs one part does not load all of it."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

"""Microsoft Project's XML format (MSPDI), both ways: `read_mspdi` and `write_mspdi`.

Each module holds one subject in both directions, so that reading and writing cannot drift apart. `shape` is
the vocabulary; `values` has durations, dates and money; `custom` has the custom fields. `remainder` has what
MSPDI has no place for. `reader` and `writer` handle the whole.
"""

from typing import TYPE_CHECKING

from shared.base.first_use import on_first_use

if TYPE_CHECKING:
    from services.projects.engines.planfiles.mspdi.reader import read_mspdi
    from services.projects.engines.planfiles.mspdi.writer import write_mspdi

__all__ = ["read_mspdi", "write_mspdi"]

__getattr__ = on_first_use(
    __name__,
    {
        "read_mspdi": "reader",
        "write_mspdi": "writer",
    },
)

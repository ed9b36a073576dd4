"""Microsoft Project's XML format (MSPDI), both ways: `read_mspdi` and `write_mspdi`.

Each module below holds one subject in both directions, so that what is written and what is read cannot
drift: `shape` the vocabulary, `values` durations, dates and money, `calendars`, `tasks`, `outline`, `links`,
`resources`, `baselines`, `custom` the custom fields, `remainder` what MSPDI has no place for, `reader` and
`writer` the whole.
"""

from services.projects.engines.planfiles.mspdi.reader import read_mspdi
from services.projects.engines.planfiles.mspdi.writer import write_mspdi

__all__ = ["read_mspdi", "write_mspdi"]

"""Why a cell cannot be read."""

from collections.abc import Callable

from shared.base.texts import Text

Remark = Callable[[str, Text], None]
"""Is called with a code and a sentence for what was read, but not as it stood: stray spaces, an amount rounded."""
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
"""Of a member, as a request has it. None: the cell is empty, or says that nothing is known."""


class Unread(Exception):
    """A cell that cannot be read: why, and how to mend it."""

    def __init__(self, code: str, reason: Text, mend: Text) -> None:
        super().__init__(reason)
        self.code, self.reason, self.mend = code, reason, mend

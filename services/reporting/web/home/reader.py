"""Who looks at the home page: their person, what they see, and how things are called for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from services.reporting.web.names import directory_names
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.naming import Naming
from services.reporting.web.registers.values import Name, Shower
from shared.http.call import Call

EXCERPT = 160
"""So many characters of a text stand in a line."""


@dataclass(frozen=True)
class Reader:
    """One person who looks, for one page."""

    call: Call
    api: Api
    shower: Shower
    person_id: str | None
    """Whose login it is; None where it is nobody's."""
    since: datetime
    names: dict[str, Name] = field(default_factory=dict)
    """What ids stand for, as far as the reader sees it."""

    @property
    def naming(self) -> Naming:
        return self.shower.naming

    async def know(self, ids: Iterable[str]) -> None:
        """Learn what ids stand for: what is not seen stays an id, and what is not there too."""
        unknown = {*ids} - self.names.keys()
        if unknown:
            self.names.update(await directory_names(self.call, unknown))

    def name_of(self, id: str | None) -> Name | None:
        return None if id is None else self.names.get(id)


def excerpt(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT].rstrip() + "…"

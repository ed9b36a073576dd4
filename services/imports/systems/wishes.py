"""What whoever imports says of files of another system: what they are, and what they do not say themselves."""

from datetime import date
from typing import Literal

import msgspec

from services.imports.tables.mapping import DayOrder


class Sent(msgspec.Struct, frozen=True):
    """A file as it was sent."""

    name: str
    sha256: str


class Wishes(msgspec.Struct, kw_only=True):
    """All of it; what is empty is as the files say."""

    files: list[Sent] = []
    kind: str = ""
    """Empty: it is to be recognised."""
    source: str = ""
    """Of the keys of what comes in; empty: that of the kind."""
    portfolio: str = ""
    """The portfolio of new projects, by its name."""
    currency: str = ""
    as_of: str = ""
    """The day of which the files speak."""
    date_order: DayOrder | None = None
    century: Literal[1900, 2000] | None = None
    level: Literal["issues", "epics"] = "issues"
    """Down to what Jira's issues become packages."""
    day_of_year: str = ""
    """Month and day from which a yearly report counts, as 09-30."""
    years: dict[str, int] = {}
    """File -> the year of which it reports, where neither it nor its name says so."""

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.as_of) if self.as_of else None


def to_text(wishes: Wishes) -> str:
    """As it is stored."""
    return msgspec.json.encode(wishes).decode()


def from_text(text: str) -> Wishes:
    return msgspec.json.decode(text, type=Wishes)

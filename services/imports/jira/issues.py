"""An issue as the import needs it, whichever form it came in, and what its status means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shared.base.text import folded

KEY = re.compile(r"[A-Z][A-Z0-9_]{0,30}-[0-9]{1,9}")


class Category(StrEnum):
    """The three categories to which every status belongs."""

    TO_DO = "to do"
    IN_PROGRESS = "in progress"
    DONE = "done"


CATEGORIES = {
    **dict.fromkeys(("new", "undefined", "to do", "todo", "a faire", "zu erledigen"), Category.TO_DO),
    **dict.fromkeys(("indeterminate", "in progress", "en cours", "in arbeit"), Category.IN_PROGRESS),
    **dict.fromkeys(("done", "complete", "termine", "terminee", "fertig"), Category.DONE),
}
"""Keys and names of the categories, folded."""
STATUSES = {
    **dict.fromkeys(
        ("open", "backlog", "reopened", "selected for development", "ouvert", "offen", "ready", "new", "to do"),
        Category.TO_DO,
    ),
    **dict.fromkeys(
        ("in progress", "in review", "in development", "in test", "testing", "blocked", "en cours", "in arbeit"),
        Category.IN_PROGRESS,
    ),
    **dict.fromkeys(
        ("done", "closed", "resolved", "cancelled", "canceled", "rejected", "ferme", "resolu", "erledigt", "geschlossen"),
        Category.DONE,
    ),
}  # fmt: skip
"""Usual names of statuses, for exports that name no category."""
EPICS = {"epic", "epos", "epopee", "epica", "epico"}


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who works on an issue. `key` is the account; the mail may be hidden."""

    key: str
    name: str
    email: str = ""
    is_active: bool = True


@dataclass(slots=True)
class Issue:
    """One issue; `parent` is the key of what it stands under, once that is known. Times are in seconds."""

    key: str
    file: str
    line: int
    id: str = ""
    project: str = ""
    project_name: str = ""
    summary: str = ""
    description: str = ""
    type: str = ""
    is_epic: bool = False
    is_subtask: bool = False
    status: str = ""
    category: Category | None = None
    parent: str = ""
    parent_summary: str = ""
    key_fields: Mapping[str, str] = field(default_factory=dict)
    """Custom fields that hold the key of an issue: one of them is the link to the epic."""
    assignee: Assignee | None = None
    due: date | None = None
    start: date | None = None
    resolved: date | None = None
    points: float | None = None
    spent_s: int = 0
    remaining_s: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    """Kind -> how many of what has no place here."""

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.key} {self.summary}".strip()

    @property
    def number(self) -> int:
        return int(self.key.rpartition("-")[2])


def category_of(name: str, status: str, is_resolved: bool) -> Category | None:
    """By the category where one is named, else by the resolution, else by the usual names; None where nothing tells."""
    if category := CATEGORIES.get(folded(name)):
        return category
    if is_resolved:
        return Category.DONE
    return STATUSES.get(folded(status))


def is_epic(type_name: str) -> bool:
    return folded(type_name) in EPICS

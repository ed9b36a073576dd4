"""Levelling: `level` fits a portfolio to its shared capacities, `smooth` evens it out within its float.

Method, conventions and limits are in `docs/methods/levelling.md`.
"""

from services.resources.engines.levelling.answer import (
    Ending,
    Evened,
    FullResource,
    Levelled,
    Move,
    NotBefore,
    Overload,
    Placed,
    Pushed,
    Quality,
    Smoothed,
    Smoothness,
)
from services.resources.engines.levelling.entry import level, smooth
from services.resources.engines.levelling.plan import (
    Activity,
    Calendar,
    CalendarException,
    Change,
    Demand,
    Link,
    LinkKind,
    Objective,
    Plan,
    Project,
    Resource,
    ResourceKind,
    Search,
)

__all__ = [
    "Activity",
    "Calendar",
    "CalendarException",
    "Change",
    "Demand",
    "Ending",
    "Evened",
    "FullResource",
    "Levelled",
    "Link",
    "LinkKind",
    "Move",
    "NotBefore",
    "Objective",
    "Overload",
    "Placed",
    "Plan",
    "Project",
    "Pushed",
    "Quality",
    "Resource",
    "ResourceKind",
    "Search",
    "Smoothed",
    "Smoothness",
    "level",
    "smooth",
]

"""What levelling takes: activities of several projects, their links, the calendars and the resources they
share.

Time is counted in whole steps from 0, the start of the plan. A step is whatever the caller plans in, usually
a working day or a working hour. A start is the step an activity begins in; a finish is the first step after
its last one. So `finish - start` is the duration where no calendar interrupts the work.
"""

from dataclasses import dataclass
from enum import StrEnum


class LinkKind(StrEnum):
    """Which end of the predecessor holds which end of the successor."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


class Objective(StrEnum):
    """What levelling makes as small as possible, in steps or in steps times project priority."""

    MAKESPAN = "makespan"
    WEIGHTED_FINISH = "weighted_finish"
    WEIGHTED_TARDINESS = "weighted_tardiness"


class ResourceKind(StrEnum):
    """What a capacity is the capacity of."""

    ROLE = "role"
    SKILL = "skill"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Change:
    """From step `at` on, the capacity is `units`, until the next change."""

    at: int
    units: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A role, a skill or a person with `capacity` whole units per step (heads, or hundredths of a full-time
    post).

    An absence, a joiner or a part-time month is a pair of `changes`.
    """

    id: str
    capacity: int
    changes: tuple[Change, ...] = ()
    kind: ResourceKind = ResourceKind.ROLE


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Steps `start` up to but not including `finish` are worked, or not, whatever the pattern says."""

    start: int
    finish: int
    working: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which steps are worked: `pattern` repeats from step 0 on, `exceptions` override it, later ones win.

    Five days out of seven from a Monday on are `(True,) * 5 + (False,) * 2`; 1 and 0 say the same.
    """

    id: str
    pattern: tuple[bool | int, ...]
    exceptions: tuple[CalendarException, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A project's weight against the others (`priority`, 0 and more), its release step and the step it is
    due by."""

    id: str
    priority: int = 1
    release: int = 0
    due: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """`units` of a resource in every step the activity works."""

    resource: str
    units: int


@dataclass(frozen=True, slots=True)
class Activity:
    """Work of `duration` working steps that is not interrupted but by its calendar's idle steps.

    `earliest` is the first step it may start in, `deadline` the step its finish may not pass. `planned` is
    the start it has before levelling (the earliest one its links allow, where None). An activity that is
    `fixed`, because it is under way or promised, keeps it. Without a calendar every step is worked.
    """

    id: str
    duration: int
    demands: tuple[Demand, ...] = ()
    project: str | None = None
    calendar: str | None = None
    earliest: int = 0
    deadline: int | None = None
    planned: int | None = None
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The successor's end follows the predecessor's end by at least `lag` steps (negative: may overlap by
    as many).

    The lag counts steps of the plan, or working steps of `lag_calendar` where one is named.
    """

    predecessor: str
    successor: str
    kind: LinkKind = LinkKind.FINISH_START
    lag: int = 0
    lag_calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A portfolio to be levelled."""

    activities: tuple[Activity, ...]
    resources: tuple[Resource, ...] = ()
    links: tuple[Link, ...] = ()
    projects: tuple[Project, ...] = ()
    calendars: tuple[Calendar, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """How long to look for the best answer.

    `effort` is the solver's deterministic time (about seconds of one core): an answer that it ends is the
    same on every machine. `seconds` is a limit by the clock for the whole answer, for callers who wait; an
    answer that it ends may differ.
    """

    effort: float = 10.0
    seconds: float | None = None
    seed: int = 0

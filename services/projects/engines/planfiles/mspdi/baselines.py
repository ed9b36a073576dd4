"""Baselines: what tasks and assignments say of each of the format's eleven copies, gathered by number."""

from collections.abc import Iterable, Sequence

from services.projects.engines.planfiles.mspdi.values import (
    build_element,
    duration,
    duration_text,
    instant,
    instant_text,
    money,
    money_text,
    whole,
    wrong,
)
from services.projects.engines.planfiles.safexml import Element
from services.projects.engines.planning.plan import Baseline, BaselineActivity, BaselineAssignment
from shared.base.texts import Text

NUMBERS = range(11)


def baselines_from(
    tasks: Iterable[tuple[Element, str]], assignments: Iterable[tuple[Element, str]], numbered: Iterable[str]
) -> tuple[Baseline, ...]:
    """The baselines of the elements, each given with its id in the plan; a baseline's id is its number.

    Those `numbered` are there even where no element has a copy of them.
    """
    activities: dict[int, list[BaselineActivity]] = {}
    for element, activity in tasks:
        for copy in element.children.get("Baseline", ()):
            activities.setdefault(_number(copy), []).append(_activity(copy, activity))
    assigned: dict[int, list[BaselineAssignment]] = {}
    for element, assignment in assignments:
        for copy in element.children.get("Baseline", ()):
            assigned.setdefault(_number(copy), []).append(_assignment(copy, assignment))
    return tuple(
        Baseline(
            str(each), activities=tuple(activities.get(each, ())), assignments=tuple(assigned.get(each, ()))
        )
        for each in sorted(activities.keys() | assigned.keys() | _numbers(numbered))
    )


def _numbers(texts: Iterable[str]) -> set[int]:
    return {number for number in NUMBERS if str(number) in set(texts)}


def _number(copy: Element) -> int:
    each = whole(copy, "Number")
    if each is None or each not in NUMBERS:
        raise wrong(copy, Text("Number is {each}, not 0 to 10", each=each), member="Number")
    return each


def _activity(copy: Element, activity: str) -> BaselineActivity:
    return BaselineActivity(
        activity,
        start=instant(copy, "Start"),
        finish=instant(copy, "Finish"),
        duration_s=duration(copy, "Duration"),
        work_s=duration(copy, "Work"),
        cost=money(copy, "Cost"),
    )


def _assignment(copy: Element, assignment: str) -> BaselineAssignment:
    return BaselineAssignment(
        assignment,
        start=instant(copy, "Start"),
        finish=instant(copy, "Finish"),
        work_s=duration(copy, "Work"),
        cost=money(copy, "Cost"),
    )


def activity_copies(baselines: Sequence[tuple[int, Baseline]]) -> dict[str, list[Element]]:
    """The Baseline elements of each activity, for baselines given with their numbers."""
    copies: dict[str, list[Element]] = {}
    for number, baseline in baselines:
        for each in baseline.activities:
            copies.setdefault(each.activity, []).append(_copy(number, each, duration_text(each.duration_s)))
    return copies


def assignment_copies(baselines: Sequence[tuple[int, Baseline]]) -> dict[str, list[Element]]:
    """The Baseline elements of each assignment, for baselines given with their numbers."""
    copies: dict[str, list[Element]] = {}
    for number, baseline in baselines:
        for each in baseline.assignments:
            copies.setdefault(each.assignment, []).append(_copy(number, each, None))
    return copies


def _copy(number: int, each: BaselineActivity | BaselineAssignment, length: str | None) -> Element:
    return build_element(
        "Baseline",
        Number=number,
        Start=instant_text(each.start),
        Finish=instant_text(each.finish),
        Duration=length,
        Work=duration_text(each.work_s),
        Cost=money_text(each.cost),
    )

"""Links between tasks, their types, and their lags in each of the format's units."""

from collections import Counter
from collections.abc import Mapping

from services.projects.engines.planfiles.mspdi.values import (
    LAG_UNIT_S,
    build_element,
    flag,
    nearest,
    text,
    whole,
    wrong,
)
from services.projects.engines.planfiles.safexml import Element
from services.projects.engines.planning.plan import NO_LAG, Dependency, DependencyKind, Lag
from shared.base.texts import Text

_KINDS = (DependencyKind.FF, DependencyKind.FS, DependencyKind.SF, DependencyKind.SS)
"""By the format's Type, 0 to 3."""

DAYS, ELAPSED_DAYS, PERCENT, ELAPSED_PERCENT = 7, 8, 19, 20
ESTIMATED = 32
"""What an estimated value adds to the code of its unit."""
_NO_UNIT = 53

_UNITS = range(3, 13)
"""Minutes, hours, days, weeks and months: odd codes count working time, even ones elapsed time."""


def unit_of(element: Element, name: str) -> int:
    """The unit code of a lag or a duration, estimated ones as their plain unit; days where there is none."""
    code = whole(element, name)
    if code is None or code in (_NO_UNIT, 21):
        return DAYS
    plain = code - ESTIMATED if code > ESTIMATED else code
    if plain not in _UNITS and plain not in (PERCENT, ELAPSED_PERCENT):
        raise wrong(element, Text("{name} is {code}, not a unit of time", name=name, code=code), member=name)
    return plain


def is_elapsed(unit: int) -> bool:
    return unit % 2 == 0


def dependency_from(
    link: Element, successor: str, activities: Mapping[str, str], external: Mapping[str, tuple[str, str]]
) -> Dependency:
    """The link of one PredecessorLink element.

    `activities` gives the ids of the file's tasks and `external` plan and activity of its stand-ins for tasks
    of other projects, both by UID.
    """
    kind = whole(link, "Type")
    kind = 1 if kind is None else kind
    if not 0 <= kind < len(_KINDS):
        raise wrong(link, Text("Type is {kind}, not 0 to 3", kind=kind), member="Type")
    uid = text(link, "PredecessorUID") or ""
    plan, predecessor = _elsewhere(link) or external.get(uid) or (None, activities.get(uid))
    if predecessor is None:
        what = Text(
            "task {successor} follows task {uid!r}, which is not in the file",
            successor=successor,
            uid=uid[:40],
        )
        raise wrong(link, what, code="unknown_predecessor", member="PredecessorUID")
    return Dependency(predecessor, successor, _KINDS[kind], _lag(link), plan)


def path_text(plan: str, activity: str, uid: int) -> str:
    """The path of another plan's activity; the format wants a number, so `uid` stands for any other id."""
    return f"{plan}\\{activity if activity.isdecimal() and activity.isascii() else uid}"


def path_of(path: str) -> tuple[str, str]:
    """Plan and activity of a path such as C:\\plans\\network.mpp\\12."""
    plan, _, activity = path.rpartition("\\")
    return plan, activity


def _elsewhere(link: Element) -> tuple[str, str] | None:
    path = link.texts.get("CrossProjectName", "")
    return path_of(path) if flag(link, "CrossProject") and path else None


def _lag(link: Element) -> Lag:
    amount, unit = whole(link, "LinkLag") or 0, unit_of(link, "LagFormat")
    if not amount:
        return NO_LAG if not is_elapsed(unit) else Lag(elapsed=True)
    if unit in (PERCENT, ELAPSED_PERCENT):
        return Lag(percent=float(amount), elapsed=is_elapsed(unit))
    return Lag(seconds=amount * LAG_UNIT_S, elapsed=is_elapsed(unit))


def link_element(link: Dependency, predecessor_uid: int) -> Element:
    """The element of one link; what of its lag the format's units cannot hold is left to the remainder."""
    plan = link.predecessor_plan
    return build_element(
        "PredecessorLink",
        PredecessorUID=predecessor_uid,
        Type=_KINDS.index(link.kind),
        CrossProject=int(plan is not None),
        CrossProjectName=None if plan is None else path_text(plan, link.predecessor, predecessor_uid),
        **_lag_texts(link.lag),
    )


def _lag_texts(lag: Lag) -> dict[str, int]:
    elapsed = int(lag.elapsed)
    if lag.percent:
        return {"LinkLag": nearest(lag.percent), "LagFormat": PERCENT + elapsed}
    return {"LinkLag": nearest(lag.seconds, LAG_UNIT_S), "LagFormat": DAYS + elapsed}


def skip_link_of_stand_in(task: Element, skipped: Counter[str]) -> None:
    """Counts the links into other projects: they belong to those projects' plans."""
    for _ in task.children.get("PredecessorLink", ()):
        skipped["Project/Tasks/Task[ExternalTask=1]/PredecessorLink"] += 1

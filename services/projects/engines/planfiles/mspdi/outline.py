"""The order and the numbers MSPDI asks for: tasks below their summaries, whole-number UIDs for any ids."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from services.projects.engines.planning.plan import Activity
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

_LARGEST_UID = 2**31 - 1
MAX_LEVEL = 100


class Outlined(NamedTuple):
    """An activity at its place: its level from 1, and whether others stand below it."""

    activity: Activity
    level: int
    leads: bool


def outlined(activities: Sequence[Activity]) -> Iterator[Outlined]:
    """The activities with each one's children right after it; siblings keep their order.

    Raises Invalid for a parent that is not in the plan, and for activities that are above each other.
    """
    ids = {each.id for each in activities}
    below: dict[str | None, list[Activity]] = {}
    for each in activities:
        if each.parent is not None and each.parent not in ids:
            raise refused(
                "unknown_parent",
                Text(
                    "activity {id!r} is below {parent!r}, which is not in the plan",
                    id=each.id,
                    parent=each.parent,
                ),
            )
        below.setdefault(each.parent, []).append(each)
    waiting = [(each, 1) for each in reversed(below.get(None, []))]
    reached: set[str] = set()
    while waiting:
        each, level = waiting.pop()
        if level > MAX_LEVEL:
            raise refused(
                "too_deep",
                Text(
                    "activity {id!r} lies more than {max_level} levels deep", id=each.id, max_level=MAX_LEVEL
                ),
            )
        reached.add(each.id)
        children = below.get(each.id, [])
        waiting += [(child, level + 1) for child in reversed(children)]
        yield Outlined(each, level, bool(children))
    if astray := sorted(ids - reached):
        raise refused(
            "outline_cycle", Text("activity {astray!r} is above itself in the outline", astray=astray[0])
        )


def numbered(ids: Iterable[str], kind: str) -> dict[str, int]:
    """A UID for each id: its own value where it is a whole number from 1, else one that is free.

    Raises Invalid for an id that is given twice.
    """
    uids: dict[str, int] = {}
    others: list[str] = []
    for each in ids:
        refuse_mistyped(each, str, f"/{kind}")  # a number would come back as a string
        if each in uids or not each:
            raise refused(
                "duplicate_id",
                Text("two of the plan's {kind} have the id {each!r}, or it is empty", kind=kind, each=each),
            )
        own = int(each) if each.isdecimal() and each.isascii() and len(each) <= 10 else 0
        fits = str(own) == each and 1 <= own <= _LARGEST_UID
        uids[each] = own if fits else 0
        if not fits:
            others.append(each)
    used_uids = set(uids.values())
    free = (number for number in range(1, _LARGEST_UID) if number not in used_uids)
    uids.update(zip(others, free, strict=False))
    return uids


def refused(code: str, what: str) -> Invalid:
    """The refusal to write a plan, for what is wrong with it."""
    return Invalid(what, Fault(code, what), code=code)

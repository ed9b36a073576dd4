"""What the result of an item of a batch calls for: waiting, leaving out what is only not made yet, or a finding."""

from collections.abc import Collection, Mapping
from typing import Any

PASSING_CODES = ("reference_not_yet_known", "changed_meanwhile")
PASSING_STATUSES = (429, 503)
ABSENT = ("not_found", "not_yet_known")


def is_passing(problem: Mapping[str, Any] | None) -> bool:
    """Whether the same item may be taken in a moment."""
    return problem is not None and (problem["code"] in PASSING_CODES or problem["status"] in PASSING_STATUSES)


def misses_only(members: Collection[str], result: Mapping[str, Any]) -> bool:
    """Whether all that is wrong with an item is that what these members name is not there; `members` are paths."""
    absent = {"/" + path.replace(".", "/") for path in members}
    faults = (result.get("problem") or {}).get("errors", [])
    return bool(faults) and all(
        fault.get("pointer") in absent and fault["code"] in ABSENT for fault in faults
    )


def members_to_import(result: Mapping[str, Any]) -> set[str]:
    """The members that only who may import sets, where nothing else is wrong with an item."""
    faults = (result.get("problem") or {}).get("errors", [])
    if any(fault.get("code") != "import_only" for fault in faults):
        return set()
    return {fault["pointer"].strip("/").replace("/", ".") for fault in faults}

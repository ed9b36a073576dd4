"""What a worker computes: what it takes, what it gives, and how; declared beside the engine that does the work.

    TRIAL = Computation(takes=ScheduleTrial, gives=ScheduleTrialResult, check=check, run=run)

Both shapes are frozen dataclasses (`shared.base.typed_json` says of which members). The text under a member is its
description in the interface.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from shared.base.errors import Invalid

T = TypeVar("T")
G = TypeVar("G")

Report = Callable[[float, str], None]
"""How far it is (0 to 1), and the word for the step that is under way."""


@dataclass(frozen=True)
class Computation(Generic[T, G]):
    """Pure functions over plain data; both raise `Invalid` for what the caller got wrong."""

    takes: type[T]
    gives: type[G]
    run: Callable[[T, Report], G]
    check: Callable[[T], None]
    """What can be said at once, without computing."""


def computation_of(target: str) -> Computation[Any, Any]:
    """The declaration that `module:NAME` names; imports its engine."""
    module, _, name = target.partition(":")
    return cast(Computation[Any, Any], getattr(import_module(module), name))


@contextmanager
def pointing_at(members: Mapping[str, str]) -> Iterator[None]:
    """Around an engine: its faults point at what the caller wrote. `members` are those of the engine's own types, each
    with what callers call it."""
    try:
        yield
    except Invalid as refusal:
        refusal.faults = [
            replace(
                fault, pointer=renamed(fault.pointer or f"/{fault.parameter or ''}", members), parameter=None
            )
            for fault in refusal.faults
        ]
        raise


def renamed(pointer: str, members: Mapping[str, str]) -> str:
    return "/".join(members.get(step, step) for step in pointer.split("/"))

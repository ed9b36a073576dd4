"""Reactions as data: which copies a service keeps of foreign aggregates, and what follows from which facts.

    REACTIONS = (KNOWN_PROJECT, on(Risk, "occurred", begin_lesson), on(Project, EVERY, keep_register))
    consumers = (reacting("risk", REACTIONS),)

An event first fills the copies of its aggregate. Where the copy has taken its version in before, nothing follows.

What happened in another instance, and was read in here, triggers nothing: what followed then was read in, too (ADR 0060). A
reaction that keeps rows which no event tells says what it does then: `on(WorkPackage, EVERY, keep, of_history=keep)`.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.contracts.language import Aggregate, entry_of
from shared.domain.copies import Copy
from shared.domain.work import Work
from shared.messaging.bus import Record

Reaction = Callable[[Work, Record], Awaitable[None]]
"""What follows from one event. It makes and changes aggregates through their registers (`make`, `write`)."""

EVERY: Final = "*"
"""All facts of an aggregate."""


@dataclass(frozen=True)
class On:
    """A reaction to some facts of an aggregate."""

    shape: type[Aggregate]
    facts: tuple[str, ...]
    reaction: Reaction
    of_history: Reaction | None = None
    """What follows where the fact happened in another instance; it writes no aggregate. None: nothing."""

    @property
    def event_types(self) -> list[str]:
        return [entry_of(self.shape).event_type(fact) for fact in self.facts]


def on(
    shape: type[Aggregate],
    facts: str | Iterable[str],
    reaction: Reaction,
    of_history: Reaction | None = None,
) -> On:
    """`reaction` follows each of the facts: one, several, or EVERY. TypeError where the aggregate has no such fact."""
    declared = entry_of(shape).facts
    if facts == EVERY:
        return On(shape, tuple(declared), reaction, of_history)
    names = (facts,) if isinstance(facts, str) else tuple(facts)
    unknown = [name for name in names if name not in declared]
    if unknown:
        raise TypeError(f"a {shape.__name__} has no fact {', '.join(unknown)}")
    return On(shape, names, reaction, of_history)


def sources_of(declared: Iterable[Copy | On]) -> tuple[str, ...]:
    """The services whose events are listened to."""
    return tuple(sorted({entry_of(one.shape).service for one in declared}))


def by_event_type(declared: Iterable[Copy | On]) -> dict[str, Reaction]:
    """Event type -> what follows; of several reactions to one fact each in the order of declaration."""
    return _listed((one, one.reaction) for one in declared if isinstance(one, On))


def of_history(declared: Iterable[Copy | On]) -> dict[str, Reaction]:
    """The same of what happened in another instance."""
    return _listed((one, one.of_history) for one in declared if isinstance(one, On) and one.of_history)


def _listed(reactions: Iterable[tuple[On, Reaction]]) -> dict[str, Reaction]:
    listed: dict[str, list[Reaction]] = {}
    for one, reaction in reactions:
        for event_type in one.event_types:
            listed.setdefault(event_type, []).append(reaction)
    return {event_type: _in_order(each) for event_type, each in listed.items()}


def _in_order(each: list[Reaction]) -> Reaction:
    if len(each) == 1:
        return each[0]

    async def all_of_them(work: Work, record: Record) -> None:
        for reaction in each:
            await reaction(work, record)

    return all_of_them

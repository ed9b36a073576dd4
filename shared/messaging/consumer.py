"""A consumer as its service declares it: whom it listens to, and what is done with their events."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shared.contracts.language import EVENT_TYPES, OPEN_TO_READERS, Visibility, entry_of, topics_of
from shared.domain.access.roles import SERVICES
from shared.domain.copies import ACCESS, Copy, FieldCopy
from shared.domain.due.calendar import COPIES as ALMANAC
from shared.domain.work import Work
from shared.messaging.birth import declared
from shared.messaging.bus import Record
from shared.messaging.reactions import On, Reaction, by_event_type, of_history, sources_of

Fold = Callable[[Work, Sequence[Record]], Awaitable[None]]
Settle = Callable[[Work], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """Who listens to which services, and what is done with their events.

    Either `copies` and `reactions` (event type -> what follows, one event at a time, in order) or `fold` (a projection,
    many at once). Events of types that nobody reacts to only move the marks.
    """

    name: str
    sources: Sequence[str]
    copies: Sequence[Copy] = ()
    """What is kept of foreign aggregates; filled before the reactions to the same event."""
    reactions: dict[str, Reaction] = field(default_factory=dict)
    of_history: dict[str, Reaction] = field(default_factory=dict)
    """The same of what happened in another instance and was read in here."""
    settle: Settle | None = None
    """Ends a batch: decides once what follows from all of its events together."""
    fold: Fold | None = None
    measures: bool = False
    """Whether its reactions only measure: then all history counts, however late the consumer comes."""
    classes: Collection[Visibility] = OPEN_TO_READERS
    """Restricted events are applied only by a consumer that declares it, and shown only to callers that may
    see them."""

    def __post_init__(self) -> None:
        shapes = {copy.shape for copy in self.copies}
        shapes |= {EVENT_TYPES[event_type][0].shape for event_type in self.reactions}
        for entry in map(entry_of, shapes):
            if entry.visibility not in self.classes:
                raise TypeError(
                    f"{self.name} would never receive {entry.plural}, which are {entry.visibility}: name their"
                    " class in `classes`"
                )

    @property
    def topics(self) -> list[str]:
        return topics_of(*self.sources, classes=self.classes)

    @cached_property
    def declared(self) -> dict[str, str]:
        """Source -> the declaration of the copies that are kept of it; nothing for what takes all history in."""
        return (
            {}
            if self.fold or self.measures
            else {source: declared(self.copies, source) for source in self.sources}
        )

    @cached_property
    def copies_by_event_type(self) -> dict[str, list[Copy]]:
        """Event type -> the copies that it fills."""
        copies_of: dict[str, list[Copy]] = {}
        for copy in self.copies:
            entry = entry_of(copy.shape)
            for fact in entry.facts:
                copies_of.setdefault(entry.event_type(fact), []).append(copy)
        return copies_of


def reacting(
    service: str,
    declarations: Iterable[Copy | On],
    name: str = "reactions",
    measures: bool = False,
    classes: Collection[Visibility] = OPEN_TO_READERS,
    settle: Settle | None = None,
) -> Consumer:
    """The consumer that fills the copies of a service and reacts. It consumes from the services that publish
    those. TypeError where one of them is of another class than `classes`."""
    declarations = tuple(declarations)
    copies = tuple(one for one in declarations if not isinstance(one, On))
    from_others = kept_of_others(service) if service in SERVICES and not measures else ()
    return Consumer(
        f"{service}.{name}",
        tuple(sorted({*sources_of(declarations), *(copy.service for copy in from_others)})),
        copies=(*copies, *from_others),
        reactions=by_event_type(declarations),
        of_history=of_history(declarations),
        settle=settle,
        measures=measures,
        classes=(*classes, *(one for one in TO_KNOW_LOGINS if from_others and one not in classes)),
    )


TO_KNOW_LOGINS: tuple[Visibility, ...] = (*OPEN_TO_READERS, "restricted_people")
"""The classes of a consumer that keeps who logs in as whom."""


def kept_of_others(service: str) -> tuple[Copy, ...]:
    """What every service keeps of the others: who may see what, the organisation's working days and its own fields."""
    everywhere: tuple[Copy, ...] = (*ACCESS, *ALMANAC, FieldCopy())
    return tuple(copy for copy in everywhere if copy.service != service)

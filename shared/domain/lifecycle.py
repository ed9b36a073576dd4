"""Lifecycles as data: which move leads from where to where, with which fact; pure, so rules can be read and tested."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum, StrEnum
from typing import Any, Final, Literal
from uuid import UUID

from shared.base.clock import now
from shared.base.errors import Forbidden, IllegalMove
from shared.base.texts import Text
from shared.contracts.language import Aggregate, Decision, Fact, Shape, type_name
from shared.contracts.words import Called, called_state


class Start(Enum):
    ANY_OPEN = "any open state"


ANY_OPEN: Final = Start.ANY_OPEN
"""The start of a move that is possible from every state that is not final."""


@dataclass(frozen=True)
class Occasion:
    """What a move is made with: the body of the request, the day on which it is effective, and who makes it."""

    body: Shape = field(default_factory=Decision)
    day: date = field(default_factory=lambda: now().date())
    by: str = ""


async def _nothing_to_settle(work: Any, entity: Any, occasion: Occasion) -> None:
    """Most moves look at nothing else."""


@dataclass(frozen=True)
class Move:
    """From any state of `start` to `end`, published as `fact`.

    `end` is a state; a mapping from start to end; a collection of states, of which `effect` sets one; or None where
    the state stays. The fact takes its details from the members of the body that are named alike, or is what `effect`
    returns.
    """

    start: StrEnum | Collection[StrEnum] | Literal[Start.ANY_OPEN]
    end: StrEnum | Mapping[Any, StrEnum] | Collection[StrEnum] | None
    fact: type[Fact]
    needs: Literal["write", "decide", "contribute"] = "decide"
    takes: type[Shape] = Decision
    """The body of the request; one that also takes a reason is a subclass of Decision."""
    by_maker_too: bool = False
    """Whether who made or submitted the aggregate may make it as well, although it decides. For what steers or takes back,
    and approves nothing."""
    by_another: Callable[[Any], bool] | None = None
    """Of which aggregates a move that decides nothing is all the same for somebody else than who submitted them."""
    four_eyes: bool = False
    """Whether who made or submitted the aggregate may not make it, although it decides nothing."""
    for_author: bool = False
    """Whether somebody who does not write makes it only on what they made or submitted themselves."""
    by_person: Callable[[Any], UUID | None] | None = None
    """The one person who makes it, whatever others may do there; None where it would decide what is that person's own, so that
    nobody makes it."""
    awaited: bool | None = None
    """Whether a state from which it starts waits for who may make it, whose home page then says so. By default the moves
    that need four eyes are awaited."""
    submits: bool = False
    """Whether who makes it submits the aggregate, and may not decide it from then on; a move called `submit` does."""
    when: Callable[[Any], bool] = lambda entity: True
    """Whether, beside the state, the move is there at all."""
    who: Callable[[Any, str], bool] = lambda entity, subject: True
    """Whether this subject may make it on this aggregate; 403 `not_for_you` otherwise. It comes on top of `needs`."""
    among: Callable[[Any, Sequence[Any]], Awaitable[Collection[UUID]]] | None = None
    """To which of some aggregates it is offered, by their ids, given the unit of work: where it is for certain persons. What
    keeps others from it is `settle`."""
    check: Callable[[Any], None] = lambda entity: None
    """Refuses what the state alone does not show."""
    effect: Callable[[Any, Occasion], Fact | None] = lambda entity, occasion: None
    """Changes what else changes, given the aggregate and the occasion."""
    settle: Callable[[Any, Any, Occasion], Awaitable[None]] = _nothing_to_settle
    """What is refused, or changed besides, by a look at other aggregates: given the unit of work, the aggregate as it is to
    be, and the occasion. It comes after `effect` and before the aggregate is saved."""
    checks_content: bool = False
    """Whether the register's check of content runs after it."""
    description: str = ""
    """For the document; by default it names start and end."""

    @property
    def starts(self) -> frozenset[StrEnum]:
        """The states from which it is possible; a lifecycle has resolved ANY_OPEN."""
        if isinstance(self.start, StrEnum):
            return frozenset((self.start,))
        return frozenset() if self.start is ANY_OPEN else frozenset(self.start)

    def ends(self, start: StrEnum) -> frozenset[StrEnum]:
        """The states to which it may lead from `start`."""
        if self.end is None:
            return frozenset((start,))
        if isinstance(self.end, StrEnum):
            return frozenset((self.end,))
        return frozenset((self.end[start],)) if isinstance(self.end, Mapping) else frozenset(self.end)

    def summary(self) -> str:
        """One sentence for the document."""
        if self.description:
            return self.description
        ends = {end for start in self.starts for end in self.ends(start)}
        return f"From {', '.join(sorted(self.starts))} to {' or '.join(sorted(ends))}."


@dataclass(frozen=True)
class Lifecycle:
    """The moves of an aggregate by their imperative name; `member` holds the state. `final` are the states after which
    nothing is open: needed where a move starts from ANY_OPEN."""

    member: str
    moves: Mapping[str, Move]
    final: Collection[StrEnum] = ()
    authors: tuple[str, ...] = ()
    """Members that name persons who count like who made the aggregate: it is theirs."""
    keeps_authors: bool = False
    """Whether something else than its own moves asks who made or submitted it."""

    def __post_init__(self) -> None:
        moves = {
            name: replace(move, start=self._open_states()) if move.start is ANY_OPEN else move
            for name, move in self.moves.items()
        }
        object.__setattr__(self, "moves", moves)

    def _open_states(self) -> frozenset[StrEnum]:
        if not self.final:
            raise TypeError("a move from any open state needs to know which states are final")
        return frozenset(state for state in type(next(iter(self.final))) if state not in self.final)

    def needs_four_eyes(self, name: str) -> bool:
        """Whether the move is for somebody else than who made or submitted the aggregate."""
        move = self.moves[name]
        return move.four_eyes or (move.needs == "decide" and not move.by_maker_too)

    @property
    def awaited(self) -> dict[str, tuple[str, ...]]:
        """State -> the moves for whose decision it waits."""
        moves: dict[str, tuple[str, ...]] = {}
        for name, move in self.moves.items():
            if self.needs_four_eyes(name) if move.awaited is None else move.awaited:
                for state in sorted(move.starts):
                    moves[state.value] = (*moves.get(state.value, ()), name)
        return moves

    @property
    def awaits(self) -> str:
        """The least verb that one of the moves needs for whose decision something waits."""
        needed = {self.moves[name].needs for names in self.awaited.values() for name in names}
        return next((verb for verb in ("contribute", "write") if verb in needed), "decide")

    @property
    def is_decided(self) -> bool:
        """Whether one of its moves needs four eyes."""
        return any(map(self.needs_four_eyes, self.moves))

    @property
    def notes_authors(self) -> bool:
        """Whether it matters who made or submitted an aggregate."""
        return self.keeps_authors or self.is_decided or self.is_for_authors or self.has_other_eyes

    @property
    def has_other_eyes(self) -> bool:
        """Whether one of its moves decides nothing, and is for somebody else than who submitted the aggregate."""
        return any(move.by_another for move in self.moves.values())

    def is_for_another(self, name: str, entity: Any) -> bool:
        """Whether the move is for somebody else than who submitted this aggregate, although it decides nothing."""
        by_another = self.moves[name].by_another
        return by_another is not None and by_another(entity)

    @property
    def is_for_authors(self) -> bool:
        """Whether one of its moves is for who made or submitted it."""
        return any(move.for_author for move in self.moves.values())

    def submits(self, name: str) -> bool:
        """Whether who makes the move submits the aggregate."""
        return name == "submit" or self.moves[name].submits

    def state(self, entity: Aggregate) -> StrEnum:
        state: StrEnum = getattr(entity, self.member)
        return state

    def allowed(self, entity: Aggregate, subject: str | None = None) -> list[str]:
        """The moves the state allows, to this subject where one is given; an archived aggregate has none."""
        if entity.archived_at is not None:
            return []
        return [
            name
            for name, move in self.moves.items()
            if self.state(entity) in move.starts
            and move.when(entity)
            and (subject is None or move.who(entity, subject))
        ]

    def admit(self, entity: Aggregate, name: str, subject: str | None = None) -> Move:
        """The move; IllegalMove names the state and what it allows, Forbidden a move that is for somebody else."""
        allowed = self.allowed(entity)
        if name not in allowed:
            state = "archived" if entity.archived_at is not None else self.state(entity).value
            of = type_name(type(entity))
            raise IllegalMove(
                Text(
                    "{move} is not possible while {member} is {state}",
                    move=Called("move", f"{of}.{name}", name),
                    member=Called("member", f"{of}.{self.member}", self.member),
                    state=called_state(of, state),
                ),
                state=state,
                allowed_moves=allowed,
            )
        move = self.moves[name]
        if subject is not None and not move.who(entity, subject):
            raise Forbidden("this caller may not make this move here", code="not_for_you")
        return move

    def make(self, entity: Aggregate, name: str, occasion: Occasion | None = None) -> Fact:
        """Change the state and what follows from it; returns the fact."""
        occasion = occasion or Occasion()
        move = self.admit(entity, name, occasion.by or None)
        move.check(entity)
        start = self.state(entity)
        fact = move.effect(entity, occasion)
        ends = move.ends(start)
        if len(ends) == 1:
            setattr(entity, self.member, next(iter(ends)))
        elif self.state(entity) not in ends:
            raise TypeError(f"{name} led to {self.state(entity)}, which is none of its ends")
        return fact or _fact(move.fact, occasion.body)


def _fact(kind: type[Fact], body: Shape) -> Fact:
    """The fact with the details that the body gives."""
    details = {name: getattr(body, name) for name in kind.model_fields if name in type(body).model_fields}
    return kind.model_validate(details)

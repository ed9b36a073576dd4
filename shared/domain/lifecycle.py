"""Lifecycles as data: which move leads from where to where, with which fact; pure, so rules can be read and tested."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from shared.base.errors import IllegalMove
from shared.contracts.language import Aggregate, Fact


@dataclass(frozen=True)
class Move:
    """From any of `start` to `end`, told by `fact`.

    `check` refuses what the state alone does not show; `when` says, beside the state, whether the move is there at
    all. A move with `own_route` takes more than a reason: its aggregate declares the route.
    """

    start: frozenset[StrEnum]
    end: StrEnum
    fact: type[Fact]
    needs: Literal["write", "decide"] = "decide"
    check: Callable[[Any], None] | None = None
    when: Callable[[Any], bool] = lambda entity: True
    own_route: bool = False


@dataclass(frozen=True)
class Lifecycle:
    """The moves of an aggregate by their imperative name; `member` holds the state."""

    member: str
    moves: Mapping[str, Move]

    def state(self, entity: Aggregate) -> StrEnum:
        state: StrEnum = getattr(entity, self.member)
        return state

    def allowed(self, entity: Aggregate) -> list[str]:
        """The moves the state allows; an archived aggregate has none."""
        if entity.archived_at is not None:
            return []
        return [
            name
            for name, move in self.moves.items()
            if self.state(entity) in move.start and move.when(entity)
        ]

    def admit(self, entity: Aggregate, name: str) -> Move:
        """The move; IllegalMove names the state and what it allows."""
        allowed = self.allowed(entity)
        if name not in allowed:
            state = "archived" if entity.archived_at is not None else self.state(entity).value
            raise IllegalMove(
                f"{name} is not possible while {self.member} is {state}", state=state, allowed_moves=allowed
            )
        return self.moves[name]

    def make(self, entity: Aggregate, name: str, reason: str | None = None) -> Fact:
        """Change the state and return the fact."""
        move = self.admit(entity, name)
        if move.check:
            move.check(entity)
        setattr(entity, self.member, move.end)
        return move.fact.model_validate({"reason": reason} if "reason" in move.fact.model_fields else {})

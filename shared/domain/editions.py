"""Editions: what binds is never edited, there is one open next edition, and it takes the place of the one before (ADR 0071).

The binding state stands in the declaration of the aggregate. However an edition comes to bind, by a move or by a last signature,
the one before is superseded in the same commit (`shared.domain.register.save`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar, cast

from shared.base.errors import Conflict
from shared.base.texts import Text
from shared.contracts.language import SUPERSEDED, Aggregate, Edition, Superseded, entry_of
from shared.contracts.members import not_given, unique
from shared.contracts.words import called_state
from shared.domain.lifecycle import Lifecycle
from shared.domain.work import Work

A = TypeVar("A", bound=Aggregate)


def check_editions(shape: type[Aggregate], life: Lifecycle | None) -> None:
    """TypeError where an aggregate with editions has no lifecycle in which one binds and is superseded."""
    binding = entry_of(shape).editions
    if not binding:
        return
    if life is None:
        raise TypeError(f"{shape.__name__} has editions, and no lifecycle in which one binds")
    states = _states(life)
    for state in (binding, SUPERSEDED):
        if state not in [one.value for one in states]:
            raise TypeError(f"{shape.__name__} has editions: {states.__name__} needs a state `{state}`")


def bound_states(life: Lifecycle, binding: str) -> frozenset[str]:
    """The state in which an edition binds, and all that can only follow it."""
    bound = {binding, SUPERSEDED}
    while (
        more := {
            end.value
            for move in life.moves.values()
            for start in move.starts
            if start.value in bound
            for end in move.ends(start)
        }
        - bound
    ):
        bound |= more
    return frozenset(bound)


def given_up_states(life: Lifecycle, binding: str) -> frozenset[str]:
    """The states in which an edition has never bound and never will."""
    return frozenset(state.value for state in _states(life) if _is_given_up(life, binding, state))


def _is_given_up(life: Lifecycle, binding: str, state: StrEnum) -> bool:
    leads_on = any(state in move.starts for move in life.moves.values())
    return not leads_on and state.value not in bound_states(life, binding)


def _states(life: Lifecycle) -> type[StrEnum]:
    return type(next(iter(next(iter(life.moves.values())).starts)))


def refuse_bound(life: Lifecycle | None, entity: Aggregate) -> None:
    """Refuse (409 `bound`) to edit what binds, or has bound."""
    binding = entry_of(type(entity)).editions
    if not binding or life is None:
        return
    state = life.state(entity)
    if state.value in bound_states(life, binding):
        raise Conflict(
            Text(
                "the {noun} is {state}: what binds is never edited, make its next edition",
                noun=entry_of(type(entity)).noun,
                state=called_state(entry_of(type(entity)).name, state),
            ),
            code="bound",
            state=state.value,
        )


def refuse_binding(life: Lifecycle | None, entity: Aggregate) -> None:
    """Refuse (409 `binding`) to archive what binds."""
    if life is not None and _binds(life, entity):
        raise Conflict(
            Text("the {noun} binds, and is not archived", noun=entry_of(type(entity)).noun), code="binding"
        )


def _binds(life: Lifecycle, entity: Aggregate) -> bool:
    binding = entry_of(type(entity)).editions
    return bool(binding) and life.state(entity) == binding


def next_of(life: Lifecycle, entity: Aggregate) -> dict[str, Any]:
    """The content of the next edition of one that binds: what requests give, without what is unique.

    What moves have made of the members is not taken along. Refused (409 `not_binding`) for one that does not bind."""
    if not _binds(life, entity) or entity.archived_at is not None:
        raise Conflict(
            Text(
                "only of what binds there is a next edition; this {noun} is {state}",
                noun=entry_of(type(entity)).noun,
                state=called_state(entry_of(type(entity)).name, life.state(entity)),
            ),
            code="not_binding",
            state=life.state(entity).value,
        )
    edition = cast(Edition, entity)
    members: Mapping[str, Any] = vars(entity)
    content = {
        member.name: members[member.name]
        for member in entry_of(type(entity)).members
        if unique not in member.marks
        and (not_given not in member.marks or type(entity).model_fields[member.name].is_required())
    }
    return content | {
        "custom": dict(entity.custom),
        "edition": edition.edition + 1,
        "supersedes_id": entity.id,
    }


async def check(work: Work, life: Lifecycle | None, entity: Aggregate) -> None:
    """Refuse (409 `next_edition_open`) a second next edition, be it made or restored."""
    if not isinstance(entity, Edition) or life is None or entity.supersedes_id is None:
        return
    before = work.before(entity)
    if before is not None and before.archived_at is None:
        return
    await work.guard(f"editions {entity.supersedes_id}")
    shape = type(entity)
    stored = await work.select(shape, "supersedes_id = ?", (str(entity.supersedes_id),))
    others = work.with_staged(shape, stored, lambda one: one.supersedes_id == entity.supersedes_id)
    if any(_is_alive(life, one) for one in others if one.id != entity.id):
        raise Conflict("there is a next edition already", code="next_edition_open")


def _is_alive(life: Lifecycle, entity: Aggregate) -> bool:
    """Whether it may bind yet, or binds: one that was given up stands in the way of none."""
    binding = entry_of(type(entity)).editions
    return entity.archived_at is None and not _is_given_up(life, binding, life.state(entity))


async def superseded(
    work: Work, life: Lifecycle | None, saved: A, before: A | None
) -> tuple[A, Superseded] | None:
    """The edition before the one that has come to bind, in its last state and with the fact; None where nothing binds anew,
    or what was before does not bind any more."""
    if (
        not isinstance(saved, Edition)
        or life is None
        or saved.supersedes_id is None
        or not _binds(life, saved)
    ):
        return None
    if before is not None and _binds(life, before):
        return None
    old = await work.find_by_id(type(saved), saved.supersedes_id)
    if old is None or not _binds(life, old):
        return None
    setattr(old, life.member, _states(life)(SUPERSEDED))
    fact = entry_of(type(saved)).facts[SUPERSEDED]
    return old, cast(Superseded, fact(by_id=saved.id))  # type: ignore[call-arg]

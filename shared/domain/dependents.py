"""What depends on an aggregate within its service: while some of it is there, the aggregate is not archived.

The refusal lists what depends, by kind and id. What may go with it instead is carried on: see `Register.carried`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from shared.base.errors import Conflict, Fault
from shared.contracts.language import Aggregate, entry_of
from shared.domain.work import Work

LISTED = 50
"""The most dependents that a refusal lists; `dependents_count` tells how many there are."""


def _none(work: Work) -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class Dependents:
    """Aggregates of the same service that name the archived one by `member`; `condition` narrows them further, as SQL
    over their columns with its `params`."""

    row: type[SQLModel]
    member: str
    condition: str = "1 = 1"
    params: Callable[[Work], Sequence[Any]] = _none

    @property
    def kind(self) -> str:
        """Tables are named as the published language names the aggregate."""
        return str(self.row.__table__.name)  # type: ignore[attr-defined]

    @property
    def where(self) -> str:
        return f"{self.member} = ? AND archived = 0 AND {self.condition}"


async def refuse_while_needed(work: Work, entity: Aggregate, kinds: Sequence[Dependents]) -> None:
    """Refuse (409 `has_dependents`) where something depends on it; what comes meanwhile makes the commit stale.

    What who asked does not see is neither listed nor counted."""
    listed: list[dict[str, str]] = []
    count = 0
    for one in kinds:
        params = (str(entity.id), *one.params(work))
        visible = work.rows_seen(one.kind)
        where, values = (
            (one.where, params)
            if visible is None
            else (f"{one.where} AND {visible[0]}", (*params, *visible[1]))
        )
        text = f"SELECT id FROM {one.kind} WHERE {where} ORDER BY id LIMIT {LISTED}"
        ids = [row[0] for row in await work.store.fetch(text, values)]
        if len(ids) == LISTED:
            text = f"SELECT COUNT(*) FROM {one.kind} WHERE {where}"
            count += int((await work.store.fetch(text, values))[0][0])
        else:
            count += len(ids)
        listed += [{"kind": one.kind, "id": id} for id in ids]
        if visible is not None and not ids and await _has_any(work, one, params):
            raise Conflict("something needs it that you do not see", code="has_dependents")
        _still_without(work, entity, one, params)
    if count:
        raise _refusal(entity, listed[:LISTED], count)


async def _has_any(work: Work, one: Dependents, params: Sequence[Any]) -> bool:
    return bool(await work.store.fetch(f"SELECT 1 FROM {one.kind} WHERE {one.where} LIMIT 1", params))


def _still_without(work: Work, entity: Aggregate, one: Dependents, params: Sequence[Any]) -> None:
    table = work.mirrors[type(entity)].name
    text = (
        f"UPDATE {table} SET archived = archived WHERE id = ?"
        f" AND NOT EXISTS (SELECT 1 FROM {one.kind} WHERE {one.where})"
    )
    work.add_statement(text, [(str(entity.id), *params)], expect=1)


def _refusal(entity: Aggregate, listed: list[dict[str, str]], count: int) -> Conflict:
    noun = entry_of(type(entity)).noun
    kinds = {one["kind"]: sum(other["kind"] == one["kind"] for other in listed) for one in listed}
    counted = ", ".join(f"{n} {kind.replace('_', ' ')}{'s' if n > 1 else ''}" for kind, n in kinds.items())
    return Conflict(
        f"the {noun} is needed by {counted}{' and more' if count > len(listed) else ''}: move or archive that first",
        *(Fault("depends", f"{one['kind']} {one['id']}", pointer="") for one in listed),
        code="has_dependents",
        dependents=listed,
        dependents_count=count,
    )


def still_there(work: Work, row: type[SQLModel], id: object) -> None:
    """An aggregate that is newly referenced must not be archived when this is written."""
    table: Any = row.__table__  # type: ignore[attr-defined]
    still_there_in(work, table.name, id)


def still_there_in(work: Work, table: str, id: object) -> None:
    """The same by the name of its table."""
    text = f"UPDATE {table} SET archived = archived WHERE id = ? AND archived = 0"
    work.add_statement(text, [(str(id),)], expect=1)

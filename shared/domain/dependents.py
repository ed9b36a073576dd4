"""What depends on an aggregate within its service: while some of it is there, the aggregate is not archived.

The refusal lists what depends, by kind and id. What may go with it instead is carried on: see `Register.carried`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from shared.base.errors import Conflict, Fault
from shared.base.texts import Text, joined
from shared.contracts.language import Aggregate, entry_of
from shared.contracts.words import Called
from shared.domain.work import Work

LISTED = 50
"""The most dependents that a refusal lists; `dependents_count` tells how many there are."""


def _none(work: Work) -> Sequence[Any]:
    return ()


@dataclass(frozen=True)
class Dependents:
    """Aggregates of the same service that name the archived one by `member`; `condition` narrows them further, as SQL
    over their columns with its `params`. Where they name several in a list, `through` is the table of these links: it has
    the column `member` for the archived one and another one, its second, for what depends on it."""

    row: type[SQLModel]
    member: str
    condition: str = "1 = 1"
    params: Callable[[Work], Sequence[Any]] = _none
    through: tuple[str, str] | None = None

    @property
    def kind(self) -> str:
        """Tables are named as the published language names the aggregate."""
        return str(self.row.__table__.name)  # type: ignore[attr-defined]

    @property
    def where(self) -> str:
        names_it = f"{self.member} = ?"
        if self.through is not None:
            table, column = self.through
            names_it = f"id IN (SELECT {column} FROM {table} WHERE {names_it})"
        return f"{names_it} AND archived = 0 AND {self.condition}"


async def refuse_while_needed(work: Work, entity: Aggregate, kinds: Sequence[Dependents]) -> None:
    """Refuse (409 `has_dependents`) where something depends on it; what comes meanwhile makes the commit stale.

    What who asked does not see is neither listed nor counted. What the unit itself archives depends on nothing any more."""
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
        archived_ids = work.archived_here(one.kind)
        most = LISTED + len(archived_ids)
        text = f"SELECT id FROM {one.kind} WHERE {where} ORDER BY id LIMIT {most}"
        ids = [row[0] for row in await work.store.fetch(text, values)]
        standing = [id for id in ids if id not in archived_ids]
        for id in archived_ids.intersection(ids):
            work.relies_on(one.kind, UUID(id))
        if len(ids) == most:
            text = f"SELECT COUNT(*) FROM {one.kind} WHERE {where}"
            count += int((await work.store.fetch(text, values))[0][0]) - (len(ids) - len(standing))
        else:
            count += len(standing)
        listed += [{"kind": one.kind, "id": id} for id in standing]
        if visible is not None and not standing and await _has_any(work, one, params, archived_ids):
            raise Conflict("something needs it that you do not see", code="has_dependents")
        _still_without(work, entity, one, params)
    if count:
        raise _refusal(entity, listed[:LISTED], count)


async def _has_any(work: Work, one: Dependents, params: Sequence[Any], archived_ids: Collection[str]) -> bool:
    text = f"SELECT id FROM {one.kind} WHERE {one.where} LIMIT {len(archived_ids) + 1}"
    return any(row[0] not in archived_ids for row in await work.store.fetch(text, params))


def _still_without(work: Work, entity: Aggregate, one: Dependents, params: Sequence[Any]) -> None:
    table = work.mirrors[type(entity)].name
    text = (
        f"UPDATE {table} SET archived = archived WHERE id = ?"
        f" AND NOT EXISTS (SELECT 1 FROM {one.kind} WHERE {one.where})"
    )
    work.add_statement(text, [(str(entity.id), *params)], expect=1)


def _called(kind: str, count: int) -> Called:
    text = kind.replace("_", " ") + ("s" if count > 1 else "")
    return Called("aggregates" if count > 1 else "aggregate", kind, text)


def counted_by_kind(listed: Sequence[dict[str, str]], count: int) -> Text:
    """How many of each kind are listed, and that there are more where `count` is higher."""
    kinds = {one["kind"]: sum(other["kind"] == one["kind"] for other in listed) for one in listed}
    counted = joined(Text("{n} {kind}", n=n, kind=_called(kind, n)) for kind, n in kinds.items())
    return Text("{listed} and more", listed=counted) if count > len(listed) else counted


def faults_of(listed: Sequence[dict[str, str]]) -> list[Fault]:
    """One for each that is listed."""
    return [
        Fault(
            "depends",
            Text("{kind} {id}", kind=Called("aggregate", one["kind"], one["kind"]), id=one["id"]),
            pointer="",
        )
        for one in listed
    ]


def _refusal(entity: Aggregate, listed: list[dict[str, str]], count: int) -> Conflict:
    noun, counted = entry_of(type(entity)).noun, counted_by_kind(listed, count)
    return Conflict(
        Text("the {noun} is needed by {counted}: move or archive that first", noun=noun, counted=counted),
        *faults_of(listed),
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
    work.add_statement(text, [(str(id),)], expect=1, is_check=True)

"""Batches: up to 500 items in one unit, each with a status of its own (207)."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.base.errors import Fault, Forbidden, Invalid, Refusal
from shared.base.texts import Text
from shared.base.validation import invalid_from
from shared.contracts.language import Aggregate
from shared.domain.work import refusal_of
from shared.http import audit, idempotency, problems
from shared.http.call import Answer, Call, Pending, read_content
from shared.store import StaleVersion

LARGEST = 500

ModelOf = Callable[[Any], type[BaseModel]]
"""The shape that the content of an item must have, given the item as it was sent."""

Foresee = Callable[[Call, list[Any]], Awaitable[None]]
"""Reads at once what deciding the items will need."""


@dataclass
class Item:
    status: int
    aggregate: Aggregate | None = None
    state: str = ""
    refusal: Refusal | None = None
    part: int = 0
    changed: bool = False


ItemCommand = Callable[[Call, Any, Sequence[Item]], Awaitable[tuple[Aggregate, int]]]
"""Decides one item, given those before it as they were decided, and stages it in the current part: the aggregate, and
200 or 201."""


def left_by(earlier: Sequence[Item], index: int) -> Aggregate:
    """The aggregate as an earlier item of the batch left it; its refusal where it was refused."""
    if index >= len(earlier):
        raise Invalid(
            "an item builds on one that stands before it",
            Fault("out_of_order", "no earlier item", pointer="/item"),
        )
    before = earlier[index]
    if before.aggregate is not None:
        return before.aggregate
    assert before.refusal is not None
    refusal = copy(before.refusal)
    _tell_cause(refusal, index)
    raise refusal


@dataclass
class Batch(Pending):
    """The items as decided; what the store left out is known after the commit."""

    items: Sequence[Item]

    def settled(self, call: Call) -> list[Item]:
        failures = call.work.unit.failures
        return [self._settle(item, failures) for item in self.items]

    @staticmethod
    def _settle(item: Item, failures: Mapping[int, Exception]) -> Item:
        if item.part not in failures or item.refusal is not None:
            return item
        at, failure = item.part, failures[item.part]
        while isinstance(failure, StaleVersion) and failure.builds_on is not None:
            at, failure = failure.builds_on, failures[failure.builds_on]
        refusal = refusal_of(failure)
        if not isinstance(refusal, Refusal):
            raise refusal
        if at != item.part:
            _tell_cause(refusal, at)
        return Item(refusal.status, refusal=refusal)

    def answer(self, call: Call) -> Answer:
        settled = self.settled(call)
        if (
            forbidden := next((i.refusal for i in settled if isinstance(i.refusal, Forbidden)), None)
        ) is not None:
            audit.note(call, forbidden)
        items = [self._member(i, item, call) for i, item in enumerate(settled)]
        return Answer(207, f'{{"items":[{",".join(items)}]}}'.encode())

    def _member(self, index: int, item: Item, call: Call) -> str:
        if item.aggregate is not None:
            return _resource_member(index, item.status, item.changed, item.state)
        return _problem_member(index, item.status, _problem(item, call))

    def reference(self, call: Call) -> dict[str, Any]:
        return {"results": [_item_reference(item, call) for item in self.settled(call)]}


def _tell_cause(refusal: Refusal, index: int) -> None:
    """The refusal of the item at `index`, as that of one that builds on it."""
    refusal.detail = Text(
        "it builds on item {index}, which was refused: {detail}", index=index, detail=Text(refusal.detail)
    )
    refusal.faults = [
        replace(fault, pointer=f"/items/{index}{fault.pointer}") if fault.pointer is not None else fault
        for fault in refusal.faults
    ]


def _item_reference(item: Item, call: Call) -> dict[str, Any]:
    if item.aggregate is not None:
        return idempotency.reference(item.aggregate, item.status) | {"changed": item.changed}
    return {"status": item.status, "problem": _problem(item, call)}


def _problem(item: Item, call: Call) -> dict[str, Any]:
    assert item.refusal is not None
    language = problems.language_of(call.sent)
    return problems.problem(item.refusal, call.scope["path"], call.trace.trace_id, language)


def _resource_member(index: int, status: int, changed: bool, state: str) -> str:
    """`changed` is false where the item was there already and looked the same."""
    return f'{{"index":{index},"status":{status},"changed":{json.dumps(changed)},"resource":{state}}}'


def _problem_member(index: int, status: int, problem: dict[str, Any]) -> str:
    return f'{{"index":{index},"status":{status},"problem":{json.dumps(problem)}}}'


async def run(
    call: Call, items: list[Any], model_of: ModelOf, foresee: Foresee, command: ItemCommand
) -> Batch:
    """Check and decide each item, then let the one unit be written; `validate_only` decides and writes nothing."""
    if len(items) > LARGEST:
        raise Invalid(
            Text("a batch has at most {largest} items", largest=LARGEST),
            Fault("too_many", "too many items", pointer="/items"),
        )
    call.work.unit.separable = True
    bodies = []
    for item in items:
        bodies.append(_read(item, model_of(item)))
        await asyncio.sleep(0)
    await foresee(call, [body for body in bodies if not isinstance(body, Refusal)])
    decided: list[Item] = []
    for i, body in enumerate(bodies):
        if i:
            call.work.next_part()
            await asyncio.sleep(0)  # whatever the store: others are answered between two items
        decided.append(await _decide(call, body, command, decided))
        decided[-1].part = i
    return Batch(decided)


def _read(item: Any, model: type[BaseModel]) -> Any:
    """The content of an item, or the refusal of what is none."""
    try:
        return read_content(model, item if isinstance(item, dict) else {}, json.dumps(item).encode())
    except ValidationError as error:
        return invalid_from(error)


async def _decide(call: Call, body: Any, command: ItemCommand, earlier: Sequence[Item]) -> Item:
    part = call.work.part
    try:
        if isinstance(body, Refusal):
            raise body
        aggregate, status = await command(call, body, earlier)
        state = call.work.state_of(aggregate)
        return Item(status, aggregate.model_copy(), state, changed=status == 201 or bool(part.events))
    except ValidationError as error:
        refusal: Refusal = invalid_from(error)
    except Refusal as refused:
        refusal = refused
    part.clear()
    return Item(refusal.status, refusal=refusal)


async def replayed(call: Call, results: list[dict[str, Any]]) -> Answer:
    """The answer of a batch again, its resources read back from the outbox; 404 where the caller sees one no more."""
    members = []
    for i, result in enumerate(results):
        if "problem" in result:
            members.append(_problem_member(i, result["status"], result["problem"]))
        else:
            state, _ = await idempotency.state_at(call, result)
            members.append(_resource_member(i, result["status"], result["changed"], state))
    return Answer(207, f'{{"items":[{",".join(members)}]}}'.encode())

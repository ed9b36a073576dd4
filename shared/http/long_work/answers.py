"""How an operation is answered: to who begins it, who asks for it, and who repeats the request that began it."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from pydantic import Field

from shared.base.clock import to_wire
from shared.base.texts import ENGLISH
from shared.contracts.language import AnswerShape, Id, Instant, absent
from shared.domain.operations import MEMBERS, OPEN, read_one
from shared.http.call import Answer, Call, Pending
from shared.http.problems import Problem

ASK_AGAIN_S = "1"


class Operation(AnswerShape):
    """Something that takes long: how far it is, and how it ended."""

    id: Id
    """Its id."""
    kind: str = Field(examples=["schedule_trial"])
    """What is done."""
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"] = Field(examples=["running"])
    """`queued` until a worker is free; the last three are ends."""
    progress: float = Field(ge=0, le=1, examples=[0.4])
    """How much of it is done, from 0 to 1."""
    step: str = Field(examples=["computing"])
    """The step that is under way; empty before it runs."""
    requested_by: str = Field(examples=["mara.keller"])
    """Who began it: the subject of the token."""
    created_at: Instant
    """When it was begun."""
    started_at: Instant | None = Field(default=None, json_schema_extra=absent)
    """When a worker first took it."""
    ended_at: Instant | None = Field(default=None, json_schema_extra=absent)
    """When it ended, however."""
    expires_at: Instant | None = Field(default=None, json_schema_extra=absent)
    """Till when it and its result can be read."""
    result: str | None = Field(
        default=None,
        examples=["/projects/v1/operations/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d/result"],
        json_schema_extra=absent,
    )
    """Where its result is, once it has succeeded."""
    problem: Problem | None = Field(default=None, json_schema_extra=absent)
    """Why it has failed."""


def location(service: str, id: str) -> str:
    return f"/{service}/v1/operations/{id}"


def body_of(service: str, row: Sequence[Any], language: str = ENGLISH) -> bytes:
    """The row as `Operation`, with its problem in this language."""
    one = dict(zip(MEMBERS, row, strict=True))
    answer = {
        "id": one["id"],
        "kind": one["kind"],
        "state": one["state"],
        "progress": one["progress"] / 1000,
        "step": one["step"],
        "requested_by": one["asker"].rpartition("|")[2],
    }
    for name in ("created_at", "started_at", "ended_at", "expires_at"):
        if one[name] is not None:
            answer[name] = to_wire(one[name])
    if one["state"] == "succeeded":
        answer["result"] = f"{location(service, one['id'])}/result"
    if one["problem"] is not None:
        problem = json.loads(one["problem"])
        answer["problem"] = problem.get(language) or problem[ENGLISH]
    return msgspec.json.encode(answer)


def operation_answer(service: str, row: Sequence[Any], status: int = 200, language: str = ENGLISH) -> Answer:
    """The operation; while it is open, with when to ask again."""
    is_open = row[MEMBERS.index("state")] in OPEN
    headers = {"Retry-After": ASK_AGAIN_S} if is_open else {}
    if status == 202:
        headers["Location"] = location(service, row[0])
    return Answer(status, body_of(service, row, language), headers)


class Moved(Pending):
    """The answer to who begins or cancels an operation, once that is committed; then this process acts on it."""

    def __init__(self, row: Sequence[Any], status: int) -> None:
        self._row, self._status = row, status

    def answer(self, call: Call) -> Answer:
        call.kernel.long_work.note(self._row[0])
        return operation_answer(call.service, self._row, self._status)

    def reference(self, call: Call) -> dict[str, Any]:
        return {"status": self._status, "operation": self._row[0]}


async def repeated(call: Call, stored: dict[str, Any]) -> Answer:
    """What who repeats the request is answered: the operation as it is by now; NotFound once it is forgotten."""
    row = await read_one(call.kernel.store, stored["operation"], call.principal.key)
    return operation_answer(call.service, row, stored["status"])

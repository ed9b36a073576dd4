"""Upserts through the public API: stages of items that name their parents by external key, sent in batches.

A batch has an Idempotency-Key of its own, so a retry after a lost answer does nothing twice. 429, 503 and references
that have not arrived yet are waited out as the server asks; what is refused for good becomes a finding.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx

from services.imports.findings import Findings
from shared.base.ids import new_id

BATCH = 250
PATIENCE_S = 60.0
"""How long one batch is tried again before the import gives up."""
UNANSWERED_S = 10.0
"""The same before the server ever answered: one that goes away comes back, one that never was there does not."""

Progress = Callable[[str, int], None]
"""Called with the stage's name and how many more items are done."""


@dataclass(frozen=True, slots=True)
class Upsert:
    """One resource to put. `parents` maps a member of the body to the (collection, key) whose id it takes."""

    key: str
    body: Mapping[str, Any]
    file: str
    line: int
    parents: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """Resources of one collection (`projects/v1/projects`); stages are sent in order, parents first."""

    name: str
    collection: str
    upserts: Sequence[Upsert]


@dataclass
class Tally:
    """What became of a stage's items."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class ImportFailed(Exception):
    """The server cannot be talked to, or refuses the import as a whole."""


@dataclass
class Sender:
    """Sends stages to one Portolan; ids of what was put are kept for the children."""

    client: httpx.AsyncClient
    source: str
    findings: Findings
    dry_run: bool = False
    progress: Progress = lambda stage, done: None
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    would_be: set[tuple[str, str]] = field(default_factory=set)
    """What a dry run would have made."""
    answered: bool = False
    """Whether the server ever did."""
    run: str = field(default_factory=lambda: uuid4().hex)

    async def send(self, stage: Stage) -> Tally:
        tally = Tally()
        for start in range(0, len(stage.upserts), BATCH):
            await self._send_batch(stage, stage.upserts[start : start + BATCH], tally)
        return tally

    async def _send_batch(self, stage: Stage, upserts: Sequence[Upsert], tally: Tally) -> None:
        until = monotonic() + PATIENCE_S
        pending = list(upserts)
        while pending:
            answer = await self._post(stage, [self._item(u) for u in pending], until)
            waiting = []
            for result in answer["items"]:
                upsert = pending[result["index"]]
                passing = _is_passing(result) and not self._only_misses_stand_ins(upsert, result)
                if passing and monotonic() < until:
                    waiting.append(upsert)
                else:
                    self._settle(stage, upsert, result, tally)
            self.progress(stage.name, len(pending) - len(waiting))
            pending = waiting
            if pending:
                await asyncio.sleep(0.2)

    def _item(self, upsert: Upsert) -> dict[str, Any]:
        """The body with its key and its parents' ids; a parent that a dry run did not make has a stand-in."""
        ids = {
            m: self.ids.get(parent) or str(new_id())
            for m, parent in upsert.parents.items()
            if self._is_there(parent)
        }
        return {**upsert.body, **ids, "external_ref": {"source": self.source, "id": upsert.key}}

    def _is_there(self, parent: tuple[str, str]) -> bool:
        return parent in self.ids or (self.dry_run and parent in self.would_be)

    def _only_misses_stand_ins(self, upsert: Upsert, result: dict[str, Any]) -> bool:
        """Whether all that a dry run found wrong is that parents of this import are not there yet."""
        absent = {
            f"/{m}"
            for m, parent in upsert.parents.items()
            if parent in self.would_be and parent not in self.ids
        }
        faults = (result.get("problem") or {}).get("errors", [])
        return bool(faults) and all(
            f.get("pointer") in absent and f["code"] in ("not_found", "not_yet_known") for f in faults
        )

    def _settle(self, stage: Stage, upsert: Upsert, result: dict[str, Any], tally: Tally) -> None:
        if self.dry_run and (result["status"] == 201 or self._only_misses_stand_ins(upsert, result)):
            self.would_be.add((stage.collection, upsert.key))
            tally.created += 1
            self._tell_absent_parents(upsert)
            return
        if "resource" in result:
            self._tell_absent_parents(upsert)
            self.ids[stage.collection, upsert.key] = result["resource"]["id"]
            if result["status"] == 201:
                tally.created += 1
            elif result["changed"]:
                tally.changed += 1
            else:
                tally.unchanged += 1
            return
        tally.refused += 1
        problem = result["problem"]
        where = ", ".join(e.get("pointer", "") for e in problem["errors"])
        self.findings.add(
            upsert.file, upsert.line, "refused", f"{problem['detail']} ({problem['code']}) {where}".strip(),
            "not imported", upsert.key, lost=True,
        )  # fmt: skip

    def _tell_absent_parents(self, upsert: Upsert) -> None:
        for member, parent in upsert.parents.items():
            if not self._is_there(parent):
                self.findings.add(
                    upsert.file, upsert.line, "parent_absent", f"{' '.join(parent)} was not imported",
                    f"imported without {member}", upsert.key,
                )  # fmt: skip

    async def _post(self, stage: Stage, items: list[dict[str, Any]], until: float) -> dict[str, Any]:
        url = f"/{stage.collection}/batch" + ("?validate_only=true" if self.dry_run else "")
        key = f"{self.run}-{uuid4().hex}"
        while True:
            try:
                answer = await self.client.post(url, json={"items": items}, headers={"Idempotency-Key": key})
            except httpx.TransportError as error:
                if monotonic() >= until - (0 if self.answered else PATIENCE_S - UNANSWERED_S):
                    reason = f"{self.client.base_url} cannot be reached: {error or type(error).__name__}"
                    raise ImportFailed(f"{stage.name}: {reason}") from error
                await asyncio.sleep(1)
                continue
            self.answered = True
            if answer.status_code == 207:
                results: dict[str, Any] = answer.json()
                return results
            if answer.status_code not in (409, 429, 503, 504) or monotonic() >= until:
                raise ImportFailed(f"{stage.name}: {answer.status_code} {detail(answer)}")
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))


def _is_passing(result: dict[str, Any]) -> bool:
    problem = result.get("problem") or {}
    return problem.get("code") in ("reference_not_yet_known", "changed_meanwhile") or result["status"] in (
        429,
        503,
    )


def detail(answer: httpx.Response) -> str:
    """What a refusal says; that of a proxy is not a problem document."""
    try:
        return str(answer.json().get("detail", ""))
    except (ValueError, AttributeError):
        return answer.text[:200]

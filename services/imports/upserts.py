"""Upserts through the public API: stages of items that name their parents by external key, sent in batches.

A batch has an Idempotency-Key of its own, so a retry after a lost answer does nothing twice. 429, 503 and references
that have not arrived yet are waited out as the server asks; what is refused for good becomes a finding.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from services.imports.findings import Findings
from services.imports.results import is_passing, members_to_import, misses_only
from services.imports.returning import was_reverted
from services.imports.server import PATIENCE_S, ImportFailed, Server, detail
from shared.base.ids import new_id
from shared.base.texts import Text, joined
from shared.contracts.forms import entry_at
from shared.contracts.words import Called, label

__all__ = ["PATIENCE_S", "ImportFailed", "Progress", "Sender", "Stage", "Tally", "Upsert", "detail"]

BATCH = 250

Progress = Callable[[str, int], None]
"""Called with the name of a stage or step, and how many more items or rows are done."""


@dataclass(frozen=True, slots=True)
class Upsert:
    """One resource to put. `parents` maps a member of the body to the (collection, key) whose id it takes."""

    key: str
    body: Mapping[str, Any]
    file: str
    line: int
    parents: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.body.get("name") or self.body.get("title") or self.body.get("number") or "")


@dataclass(frozen=True, slots=True)
class Stage:
    """Resources of one collection (`projects/v1/projects`); stages are sent in order, parents first."""

    name: str
    collection: str
    upserts: Sequence[Upsert]
    restores: bool = False
    """Whether what is archived is restored by being put again."""


@dataclass
class Tally:
    """What became of a stage's items."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass
class Sender:
    """Sends stages to one Portolan; ids of what was put are kept for the children."""

    client: httpx.AsyncClient
    source: str
    findings: Findings
    validate_only: bool = False
    progress: Progress = lambda stage, done: None
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    """Of each stage's last sending, by its name."""
    would_be: set[tuple[str, str]] = field(default_factory=set)
    """What would have been made, where nothing is written."""

    withheld: dict[str, set[str]] = field(default_factory=dict)
    """Collection -> members that the caller may not set."""
    by_moves: dict[str, set[str]] = field(default_factory=dict)
    """Collection -> those of them that moves set afterwards."""
    made_here: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """What this run has made -> its id and its version."""

    restores: bool | None = None
    """Whether what is archived comes back; None: where an import of this source was taken back."""
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.server = Server(self.client)

    async def send(self, stage: Stage) -> Tally:
        if self.restores is None:
            self.restores = await was_reverted(self.server, self.source)
        self.tallies[stage.name] = tally = Tally()
        for start in range(0, len(stage.upserts), BATCH):
            await self._send_batch(stage, stage.upserts[start : start + BATCH], tally)
        return tally

    async def _send_batch(self, stage: Stage, upserts: Sequence[Upsert], tally: Tally) -> None:
        until = monotonic() + PATIENCE_S
        pending = list(upserts)
        while pending:
            wishes = {"validate_only": self.validate_only, "restore": stage.restores or bool(self.restores)}
            parameters = {name: "true" for name, is_wished in wishes.items() if is_wished}
            items = [self.item(stage.collection, u) for u in pending]
            waiting = []
            for result in await self.server.batch(stage.collection, items, parameters, until):
                upsert = pending[result["index"]]
                passing = is_passing(result.get("problem")) and not self._only_misses_stand_ins(
                    upsert, result
                )
                if (passing and monotonic() < until) or self._only_needs_import(stage, upsert, result):
                    waiting.append(upsert)
                else:
                    self._settle(stage, upsert, result, tally)
            self.progress(stage.name, len(pending) - len(waiting))
            pending = waiting
            if pending:
                await asyncio.sleep(0.2)

    def item(self, collection: str, upsert: Upsert) -> dict[str, Any]:
        """The body with its key and its parents' ids; a parent that was only validated has a stand-in."""
        withheld = self.withheld.get(collection, ())
        body = {member: value for member, value in upsert.body.items() if member not in withheld}
        ids = {
            m: self.ids.get(parent) or str(new_id())
            for m, parent in upsert.parents.items()
            if self._is_there(parent)
        }
        return {**body, **ids, "external_ref": {"source": self.source, "id": upsert.key}}

    def _only_needs_import(self, stage: Stage, upsert: Upsert, result: dict[str, Any]) -> bool:
        """Whether all that is wrong is that only who may import sets a member: all of the stage come in without it."""
        members = members_to_import(result)
        if not members or not members <= upsert.body.keys():
            return False
        for member in sorted(members - self.withheld.setdefault(stage.collection, set())):
            self.withheld[stage.collection].add(member)
            if member in self.by_moves.get(stage.collection, ()):
                continue
            self.findings.add(
                upsert.file, upsert.line, "import_only", Text("only who may import may set it"),
                Text("all new ones brought in without it"), lost=True, column=label_of(stage.collection, member),
                mend=Text("Make the moves in Portolan, or bring it in with a token that has the verb import."),
            )  # fmt: skip
        return True

    def _is_there(self, parent: tuple[str, str]) -> bool:
        return parent in self.ids or (self.validate_only and parent in self.would_be)

    def _only_misses_stand_ins(self, upsert: Upsert, result: dict[str, Any]) -> bool:
        """Whether all that validating found wrong is that parents of this import are not there yet."""
        stood_for = [
            member
            for member, parent in upsert.parents.items()
            if parent in self.would_be and parent not in self.ids
        ]
        return misses_only(stood_for, result)

    def _settle(self, stage: Stage, upsert: Upsert, result: dict[str, Any], tally: Tally) -> None:
        if self.validate_only and (result["status"] == 201 or self._only_misses_stand_ins(upsert, result)):
            if (stage.collection, upsert.key) in self.would_be:  # a later state of what is made by this run
                tally.changed += 1
            else:
                tally.created += 1
            self.would_be.add((stage.collection, upsert.key))
            self._tell_absent_parents(stage, upsert)
            return
        if "resource" in result:
            self._tell_absent_parents(stage, upsert)
            self.ids[stage.collection, upsert.key] = result["resource"]["id"]
            if result["status"] == 201:
                self.made_here[stage.collection, upsert.key] = (
                    result["resource"]["id"],
                    result["resource"]["version"],
                )
                tally.created += 1
            elif result["changed"]:
                tally.changed += 1
            else:
                tally.unchanged += 1
            return
        tally.refused += 1
        problem = result["problem"]
        self.findings.add(
            upsert.file, upsert.line, "refused", reason_of(stage.collection, problem), Text("not imported"), upsert.key,
            lost=True, title=upsert.title,
        )  # fmt: skip

    def _tell_absent_parents(self, stage: Stage, upsert: Upsert) -> None:
        for member, parent in upsert.parents.items():
            if not self._is_there(parent):
                self.findings.add(
                    upsert.file, upsert.line, "parent_absent",
                    Text("what it names as {member} was not imported", member=label_of(stage.collection, member)),
                    Text("imported without it"), upsert.key, title=upsert.title,
                )  # fmt: skip


def label_of(collection: str, member: str) -> Called:
    """What a member is called."""
    service, _, name = collection.split("/")
    entry = entry_at(service, name)
    path = f"{entry.name if entry else name}.{member.partition('.')[0]}"
    return Called("member", path, label("member", path))


def reason_of(collection: str, problem: Mapping[str, Any]) -> str:
    """Why an item is refused, each fault by what its member is called."""
    reasons = []
    for fault in problem.get("errors") or ():
        path = ".".join(step for step in fault.get("pointer", "").split("/") if step and not step.isdigit())
        detail = str(fault.get("detail") or problem["detail"])
        reasons.append(
            Text("{member}: {reason}", member=label_of(collection, path), reason=detail) if path else detail
        )
    return joined(dict.fromkeys(reasons), "; ") if reasons else str(problem["detail"])

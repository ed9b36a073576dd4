"""The course of a project on pages: its phases as a strip with their gates, and of a gate what it asks, who decides, and what is missing
with the way to where that is done."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Name, names_of
from shared.contracts.forms import by_kind

PROJECT, PHASE, GATE = "projects.project", "projects.phase", "projects.gate"
KINDS = (PROJECT, PHASE, GATE)
"""The pages that show the strip."""
MOST = "200"
RELEASE = "release"


@dataclass(frozen=True)
class GateOnStrip:
    """A gate of a phase."""

    name: str
    state: str
    label: str
    address: str
    is_here: bool


@dataclass(frozen=True)
class PhaseOnStrip:
    """A phase with its gates, in their order; releases stand in it."""

    name: str
    state: str
    label: str
    address: str
    is_here: bool
    planned: tuple[str, str]
    gates: Sequence[GateOnStrip]
    releases: Sequence["PhaseOnStrip"]


@dataclass(frozen=True)
class OutcomeShown:
    """An outcome that a gate asks for, with the way to what is to be done."""

    name: str
    status: str
    why: str
    waived_reason: str
    address: str
    """Where it is made or looked at; empty where Portolan has no page for it yet."""


@dataclass(frozen=True)
class GateShown:
    """What the page of a gate shows beside its details."""

    outcomes: Sequence[OutcomeShown]
    missing: int
    role: str
    level: str
    persons: Sequence[Name]
    fits: bool
    phase_label: str
    conditions: Sequence[Name]
    waiving: str
    """Where an outcome is waived; empty where the gate stands in no phase."""
    is_open: bool


async def strip_shown(reader: DetailReader, state: Mapping[str, Any]) -> Sequence[PhaseOnStrip]:
    """The phases of the project of which the page tells; none where it has none."""
    project = state["id"] if reader.entry.key == PROJECT else state["project_id"]
    query = [("project_id", project), ("sort", "position"), ("limit", MOST)]
    phases, gates = await asyncio.gather(
        reader.api.read("/projects/v1/phases", query), reader.api.read("/projects/v1/gates", query)
    )
    if phases.is_refusal or gates.is_refusal:
        return ()
    names = await _names(reader, {one["method_id"] for one in phases.body["items"] if one["method_id"]})
    return _Strip(reader, phases.body["items"], gates.body["items"], names).phases(None)


async def _names(reader: DetailReader, methods: set[str]) -> dict[str, str]:
    """What methods call phases and gates in the language of the reader, by their codes."""
    names: dict[str, str] = {}
    for id in sorted(methods):
        reply = await reader.api.read(f"/projects/v1/methods/{id}", [("fields", "phases,gates")])
        for one in () if reply.is_refusal else (*reply.body["phases"], *reply.body["gates"]):
            by_language = {each["language"]: each["text"] for each in one["name"]}
            if reader.shower.words.language in by_language:
                names[one["code"]] = by_language[reader.shower.words.language]
    return names


class _Strip:
    def __init__(
        self, reader: DetailReader, phases: Sequence[Any], gates: Sequence[Any], names: Mapping[str, str]
    ) -> None:
        self._reader, self._phases, self._gates, self._names = reader, phases, gates, names
        self._of = by_kind(reader.entry.service)

    def phases(self, parent: str | None) -> list[PhaseOnStrip]:
        return [self._phase(one) for one in self._phases if one["parent_id"] == parent]

    def _phase(self, one: Mapping[str, Any]) -> PhaseOnStrip:
        entry, words = self._of["phase"], self._reader.shower.words
        return PhaseOnStrip(
            name=self._names.get(one["code"], one["name"]),
            state=one["state"],
            label=self._reader.shower.naming.value(entry, "state", one["state"]),
            address=address_of(entry, one["id"]),
            is_here=one["id"] == self._reader.id,
            planned=(words.day(one["planned_start_on"]), words.day(one["planned_finish_on"])),
            gates=[self._gate(gate) for gate in self._gates if gate["phase_id"] == one["id"]],
            releases=self.phases(one["id"]),
        )

    def _gate(self, one: Mapping[str, Any]) -> GateOnStrip:
        entry = self._of["gate"]
        return GateOnStrip(
            name=self._names.get(one["code"], one["name"]),
            state=one["state"],
            label=self._reader.shower.naming.value(entry, "state", one["state"]),
            address=address_of(entry, one["id"]),
            is_here=one["id"] == self._reader.id,
        )


async def gate_shown(reader: DetailReader, state: Mapping[str, Any]) -> GateShown:
    """What a gate asks for, who decides it, and what is missing."""
    answer = await reader.api.get(f"{reader.path}/missing")
    decider, kinds, naming = answer["decider"], by_kind(reader.entry.service), reader.shower.naming
    ids = {*decider["person_ids"]}
    names = await names_of(reader.api, reader.shower, reader.entry.service, {"person": ids})
    action, phase = kinds["action"], kinds["phase"]
    return GateShown(
        outcomes=[_outcome(reader, state, one) for one in answer["outcomes"]],
        missing=answer["missing"],
        role=decider["name"] or naming.value(reader.entry, "acts_as", decider["acts_as"]),
        level=naming.value(reader.entry, "level", decider["level"]),
        persons=[names.get(id) or reader.shower.names.get(id) or Name(id) for id in decider["person_ids"]],
        fits=answer["phase_fits"],
        phase_label=naming.value(phase, "state", answer["phase_state"]) if answer["phase_state"] else "",
        conditions=[Name(one["title"], address_of(action, one["action_id"])) for one in answer["conditions"]],
        waiving=f"{address_of(phase, answer['phase_id'])}/edit" if answer["phase_id"] else "",
        is_open=answer["state"] in ("planned", "ready", "failed"),
    )


def _outcome(reader: DetailReader, gate: Mapping[str, Any], one: Mapping[str, Any]) -> OutcomeShown:
    return OutcomeShown(
        name=one["name"],
        status=one["status"],
        why=one["why"] or "",
        waived_reason=one["waived_reason"] or "",
        address=_where(reader, gate, one),
    )


def _where(reader: DetailReader, gate: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The form for a deliverable that is missing; of anything else the list of what the project has of it."""
    entry = by_kind(reader.entry.service).get(one["kind"] or "")
    if entry is None:
        return ""
    project = {"project_id": gate["project_id"]}
    if one["why_code"] == "no_deliverable":
        about = {**project, "name": one["name"], "phase_id": gate["phase_id"] or ""}
        return f"{address_of(entry)}/new?{urlencode(about)}"
    return f"{address_of(entry)}?{urlencode(project)}"

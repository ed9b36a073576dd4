"""A scoring model on its page: how much each criterion counts, and how far judgements in pairs agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.registers.details import DetailReader

KIND = "projects.scoring_model"


@dataclass(frozen=True)
class WeighingShown:
    """Either the weights, or what is still missing."""

    weights: Sequence[Mapping[str, Any]]
    consistency: Mapping[str, Any] | None
    missing: Sequence[str]


async def weighing_shown(reader: DetailReader) -> WeighingShown:
    reply = await reader.api.read(f"{reader.path}/weights")
    if reply.is_refusal:
        return WeighingShown((), None, [fault.detail for fault in reply.problem.faults])
    return WeighingShown(reply.body["weights"], reply.body["consistency"], ())

"""Whether an outcome is accepted: by the aggregate of Portolan that it is, or by the deliverable that stands for it.

`JUDGES` has a line for each aggregate that stands. An outcome that names one which does not stand yet is a deliverable until
it does. A log of what happens, such as that of decisions, is kept as soon as Portolan keeps it: an empty one says that
nothing happened. A list that somebody makes, such as that of requirements, is kept once something stands in it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.base.texts import Text
from shared.contracts.projects.phases import Phase, PhaseOutcome
from shared.domain.work import Work


class OutcomeStatus(StrEnum):
    ACCEPTED = "accepted"
    WAIVED = "waived"
    MISSING = "missing"


@dataclass(frozen=True)
class Verdict:
    """Where an outcome stands, and why it is missing."""

    status: OutcomeStatus
    code: str = ""
    why: str = ""
    kind: str = ""
    """What kind of aggregate is it, or is to be made."""


Judge = Callable[[Work, Phase, PhaseOutcome], Awaitable[Verdict]]

ACCEPTED, WAIVED = Verdict(OutcomeStatus.ACCEPTED), Verdict(OutcomeStatus.WAIVED)


def missing(code: str, why: str, kind: str = "") -> Verdict:
    return Verdict(OutcomeStatus.MISSING, code, why, kind)


async def is_kept(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    """A log that Portolan keeps by itself."""
    return ACCEPTED


async def has_requirements(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    rows = await work.store.fetch(
        "SELECT 1 FROM requirement WHERE project_id = ? AND archived = 0 AND state <> 'dropped' LIMIT 1",
        (str(phase.project_id),),
    )
    return ACCEPTED if rows else missing("empty", Text("no requirement is there"), "requirement")


async def has_mandate(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    """Signed, whatever came after: an initiation mandate is closed by that of execution."""
    rows = await work.store.fetch(
        "SELECT 1 FROM mandate WHERE project_id = ? AND archived = 0 AND kind = ?"
        " AND state IN ('signed', 'superseded', 'closed') LIMIT 1",
        (str(phase.project_id), outcome.of or "execution"),
    )
    return ACCEPTED if rows else missing("not_signed", Text("the mandate is not signed"), "mandate")


JUDGES: Mapping[str, Judge] = {
    "mandate": has_mandate,
    "decision": is_kept,
    "requirement": has_requirements,
}
"""What an outcome is -> how it is judged."""


async def judge(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    """A waiver goes before all else; a deliverable that is named, before what the outcome is."""
    if outcome.waived_reason is not None:
        return WAIVED
    judged = JUDGES.get(getattr(outcome, "is") or "")
    if outcome.deliverable_id is not None or judged is None:
        return await _by_deliverable(work, phase, outcome)
    return await judged(work, phase, outcome)


async def _by_deliverable(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    """No deliverables stand yet: nothing of the kind is accepted."""
    return missing("no_deliverable", Text("no accepted deliverable is named"), "deliverable")

"""Whether an outcome is accepted: by the aggregate of Portolan that it is, or by the deliverable that stands for it.

`JUDGES` has a line for each aggregate that stands. An outcome that names one which does not stand yet is a deliverable until
it does. A log of what happens, such as that of decisions, is kept as soon as Portolan keeps it: an empty one says that
nothing happened. A list that somebody makes, such as that of requirements, is kept once something stands in it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.projects.quality.deliverable.rules import DELIVERED
from services.projects.tables import KNOWN_CASE
from shared.base.texts import Text
from shared.contracts.projects.phases import Phase, PhaseOutcome
from shared.contracts.projects.quality import Deliverable
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


async def has_mandate(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
    """Signed, whatever came after: an initiation mandate is closed by that of execution."""
    rows = await work.store.fetch(
        "SELECT 1 FROM mandate WHERE project_id = ? AND archived = 0 AND kind = ?"
        " AND state IN ('signed', 'superseded', 'closed') LIMIT 1",
        (str(phase.project_id), outcome.of or "execution"),
    )
    return ACCEPTED if rows else missing("not_signed", Text("the mandate is not signed"), "mandate")


def one_in_state(kind: str, condition: str, code: str, why: str, table: str = "") -> Judge:
    """Whether the project has one of this kind for which the condition holds; `table` has the copies of a foreign kind."""
    query = f"SELECT 1 FROM {table or kind} WHERE project_id = ? AND archived = 0 AND {condition} LIMIT 1"

    async def has_one(work: Work, phase: Phase, outcome: PhaseOutcome) -> Verdict:
        rows = await work.store.fetch(query, (str(phase.project_id),))
        return ACCEPTED if rows else missing(code, why, kind)

    return has_one


JUDGES: Mapping[str, Judge] = {
    "mandate": has_mandate,
    "decision": is_kept,
    "requirement": one_in_state(
        "requirement", "state <> 'dropped'", "empty", Text("no requirement is there")
    ),
    "baseline": one_in_state(
        "baseline", "state = 'approved'", "not_approved", Text("no baseline is approved")
    ),
    "business_case": one_in_state(
        "business_case",
        "state = 'approved'",
        "not_approved",
        Text("no business case is approved"),
        table=KNOWN_CASE.name,
    ),
    "acceptance": one_in_state(
        "acceptance", "verdict = 'accepted'", "not_accepted", Text("nothing is accepted without reservation")
    ),
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
    """The deliverable that is named is accepted, and no reservation is open."""
    if outcome.deliverable_id is None:
        return missing("no_deliverable", Text("no deliverable is named"), "deliverable")
    one = await work.find_by_id(Deliverable, outcome.deliverable_id)
    if one is not None and one.archived_at is None and one.state in DELIVERED:
        return ACCEPTED
    return missing("not_accepted", Text("the deliverable is not accepted"), "deliverable")

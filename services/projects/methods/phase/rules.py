"""What holds of phases: they follow each other, and what a method asks of one is accepted or waived, never left out.

planned -> released -> completed; a planned one may be skipped
"""

from collections.abc import Iterator, Sequence

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.phases import (
    Phase,
    PhaseCompleted,
    PhaseKind,
    PhaseOutcome,
    PhaseReopened,
    PhaseSkipped,
    PhaseState,
)
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = PhaseState
ENDED = (S.COMPLETED, S.SKIPPED)


def act(deed: str, phase: Phase, before: Phase | None) -> Act:
    """Phases are gone through up to the end of a project; to archive or to restore one corrects the record."""
    if deed == CREATE:
        return Act.NEW_CHILD
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.EDIT


def complete(phase: Phase, occasion: Occasion) -> None:
    phase.actual_finish_on = occasion.day


def reopen(phase: Phase, occasion: Occasion) -> None:
    phase.actual_finish_on = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "complete": Move(
            S.RELEASED, S.COMPLETED, PhaseCompleted, needs="write", effect=complete, checks_content=True
        ),
        "reopen": Move(
            S.COMPLETED, S.RELEASED, PhaseReopened, needs="write", effect=reopen, checks_content=True
        ),
        "skip": Move(S.PLANNED, S.SKIPPED, PhaseSkipped, needs="write"),
    },
)


def siblings(phases: Sequence[Phase], of: Phase) -> list[Phase]:
    """The phases of the project, or the releases of one of them, in their order."""
    return sorted(
        (one for one in phases if (one.kind, one.parent_id) == (of.kind, of.parent_id)),
        key=lambda one: (one.position, one.id),
    )


def is_release(phase: Phase) -> bool:
    return phase.kind is PhaseKind.RELEASE


def lies_rightly(phase: Phase, parent: Phase | None) -> None:
    """A release lies in an agile phase of the same project, a phase in none (422)."""
    where = "/parent_id"
    if not is_release(phase):
        if phase.parent_id is not None:
            raise Invalid(
                "only a release lies within a phase",
                Fault("not_a_release", "of a release alone", pointer=where),
                code="not_a_release",
            )
        return
    fits = (
        parent is not None
        and parent.project_id == phase.project_id
        and parent.kind is PhaseKind.PHASE
        and parent.agile
    )
    if not fits:
        raise Invalid(
            "a release lies within an agile phase of its project",
            Fault("not_agile", "an agile phase of the same project", pointer=where),
            code="not_agile",
        )


def outcomes_once(phase: Phase) -> None:
    """Gates name outcomes by their codes; a waiver says why (422)."""
    faults = list(_faults_of_outcomes(phase.outcomes))
    if faults:
        raise Invalid("the outcomes of the phase make no sense", *faults, code="bad_outcomes")


def _faults_of_outcomes(outcomes: Sequence[PhaseOutcome]) -> Iterator[Fault]:
    codes = [one.code for one in outcomes]
    for i, one in enumerate(outcomes):
        if one.code in codes[:i]:
            yield Fault(
                "duplicate", Text("{name} is named before", name=one.code), pointer=f"/outcomes/{i}/code"
            )
        if one.waived_reason is not None and not one.waived_reason.strip():
            yield Fault("reason_missing", "a waiver says why", pointer=f"/outcomes/{i}/waived_reason")


def keeps_what_is_asked(phase: Phase, before: Phase) -> None:
    """What the method asks for is waived with a reason, and not taken out or made optional (409 `outcome_of_method`)."""
    if phase.method_id is None:
        return
    now = {one.code: one for one in phase.outcomes}
    faults = [
        Fault("outcome_of_method", Text("{name} is waived, not left out", name=was.name), pointer="/outcomes")
        for was in before.outcomes
        if was.mandatory and not _is_still_asked(was, now.get(was.code))
    ]
    if faults:
        raise Conflict(
            "what the method asks for stays: say why the project does without it",
            *faults,
            code="outcome_of_method",
        )


def _is_still_asked(was: PhaseOutcome, one: PhaseOutcome | None) -> bool:
    return one is not None and one.mandatory and (getattr(one, "is"), one.of) == (getattr(was, "is"), was.of)


def ended_stays(before: Phase) -> None:
    if before.state in ENDED:
        raise Conflict("a phase that is over stays as it is: reopen it first", code="phase_ended")


def dates_follow(phase: Phase, phases: Sequence[Phase]) -> None:
    """Phases do not overlap as planned, and a release is not planned beyond its phase (422 `phases_overlap`)."""
    first, last = phase.planned_start_on, phase.planned_finish_on
    if first and last and last < first:
        raise Invalid(
            "the phase ends before it begins",
            Fault("before_start", "earlier than the start", pointer="/planned_finish_on"),
            code="dates_out_of_order",
        )
    for other in siblings(phases, phase):
        if other.id != phase.id and other.state is not S.SKIPPED and _overlap(phase, other):
            raise Invalid(
                Text("the phase overlaps {other} as planned", other=other.name),
                Fault("overlap", "another phase is planned then", pointer="/planned_start_on"),
                code="phases_overlap",
            )
    for parent in phases:
        if parent.id == phase.parent_id and not _within(phase, parent):
            raise Invalid(
                Text("the release is planned outside {phase}", phase=parent.name),
                Fault("outside", "outside its phase", pointer="/planned_start_on"),
                code="phases_overlap",
            )


def _overlap(one: Phase, other: Phase) -> bool:
    """The day on which one ends may be the first of the next."""
    days = (one.planned_start_on, one.planned_finish_on, other.planned_start_on, other.planned_finish_on)
    if None in days:
        return False
    start, finish, other_start, other_finish = days
    return start < other_finish and other_start < finish  # type: ignore[operator]


def _within(release: Phase, parent: Phase) -> bool:
    starts = (parent.planned_start_on, release.planned_start_on)
    ends = (release.planned_finish_on, parent.planned_finish_on)
    return all(early is None or late is None or early <= late for early, late in (starts, ends))


def may_begin(phase: Phase, phases: Sequence[Phase]) -> None:
    """Refuse (409 `phases_overlap`) to release one while another is released, or before those before it are over."""
    for other in siblings(phases, phase):
        if other.id == phase.id:
            continue
        if other.state is S.RELEASED:
            raise Conflict(
                Text("{other} is released: phases do not overlap", other=other.name), code="phases_overlap"
            )
        if other.state is S.PLANNED and (other.position, other.id) < (phase.position, phase.id):
            raise Conflict(Text("{other} comes before it", other=other.name), code="phase_before_open")
    for parent in phases:
        if parent.id == phase.parent_id and parent.state is not S.RELEASED:
            raise Conflict(
                Text("{phase}, in which the release lies, is not released", phase=parent.name),
                code="phase_not_released",
            )


def may_end(phase: Phase, phases: Sequence[Phase]) -> None:
    """Refuse (409 `releases_open`) to end a phase while releases in it are open."""
    open_ones = [one.name for one in phases if one.parent_id == phase.id and one.state not in ENDED]
    if open_ones:
        raise Conflict(
            Text("releases of the phase are open: {names}", names=", ".join(open_ones)), code="releases_open"
        )


def next_planned(phases: Sequence[Phase], of: Phase) -> Phase | None:
    """The first that is planned among its siblings, where all before it are over."""
    for one in siblings(phases, of):
        if one.state is S.PLANNED:
            return one
        if one.state is S.RELEASED:
            return None
    return None

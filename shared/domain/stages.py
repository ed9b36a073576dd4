"""What may still be done on a project at which stage: one matrix, which every service asks (pure; no service, no I/O).

A command names its act. The table answers for the project's stage, or for an archived project at any stage.
`docs/stages.md` shows the same table, and a test holds both equal. Sums never ask: what happened counts at
any stage.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from shared.base.errors import Conflict, Fault, Forbidden
from shared.base.texts import Text
from shared.contracts.projects.structure import Stage
from shared.contracts.words import called_state

RUNNING = (Stage.INITIATING, Stage.APPROVED, Stage.ACTIVE, Stage.ON_HOLD, Stage.CLOSING)
"""Work goes on, or may at any time: costs arise."""
NOT_APPROVED = (Stage.PROPOSED, Stage.INITIATING)
ENDED = (Stage.CLOSED, Stage.DISCONTINUED)

Verbs = Collection[str]
"""What the caller may do in the service that is asked, as `shared.http.auth.roles` names it: write, decide, import."""


class Act(StrEnum):
    """What is done on a project. A correction sets right what is recorded already, and begins nothing."""

    EDIT = "edit"
    CORRECTION = "correction"
    NEW_CHILD = "new child"
    BUDGET_LINE = "budget line"
    COST = "cost"
    FORECAST = "forecast"
    ALLOCATION = "allocation"
    MEASURE = "measure"
    RISK_MOVE = "risk move"
    ACCEPTANCE = "acceptance"
    TIME = "time"
    BENEFIT = "benefit"
    SURVEY = "survey"
    LESSON = "lesson"


NAMES = {
    Act.EDIT: Text("edit"),
    Act.CORRECTION: Text("correction"),
    Act.NEW_CHILD: Text("new child"),
    Act.BUDGET_LINE: Text("budget line"),
    Act.COST: Text("cost"),
    Act.FORECAST: Text("forecast"),
    Act.ALLOCATION: Text("allocation"),
    Act.MEASURE: Text("measure"),
    Act.RISK_MOVE: Text("risk move"),
    Act.ACCEPTANCE: Text("acceptance"),
    Act.TIME: Text("time"),
    Act.BENEFIT: Text("benefit"),
    Act.SURVEY: Text("survey"),
    Act.LESSON: Text("lesson"),
}
"""What an act is called in a refusal."""


class Permit(StrEnum):
    """Who may: every writer, only callers who decide or import, only importers of history, nobody."""

    YES = "yes"
    DECIDE = "who decides"
    IMPORT = "import"
    NO = "no"


YES, DECIDE, IMPORT, NO = Permit.YES, Permit.DECIDE, Permit.IMPORT, Permit.NO

COLUMNS = (*Stage,)
"""The stages in the order of the rows below; on an archived project nothing is done."""

_ROWS: Mapping[Act, tuple[Permit, ...]] = {
    # proposed, initiating, approved, active, on hold, closing, closed, discontinued
    Act.EDIT: (YES, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.CORRECTION: (YES, YES, YES, YES, YES, YES, DECIDE, DECIDE),
    Act.NEW_CHILD: (YES, YES, YES, YES, YES, IMPORT, IMPORT, IMPORT),
    Act.BUDGET_LINE: (YES, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.COST: (NO, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.FORECAST: (YES, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.ALLOCATION: (YES, YES, YES, YES, YES, IMPORT, NO, NO),
    Act.MEASURE: (YES, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.RISK_MOVE: (YES, YES, YES, YES, YES, YES, IMPORT, IMPORT),
    Act.ACCEPTANCE: (NO, YES, NO, YES, YES, YES, NO, NO),
    Act.TIME: (NO, YES, YES, YES, YES, YES, NO, NO),
    Act.BENEFIT: (YES, YES, YES, YES, YES, YES, YES, YES),
    Act.SURVEY: (YES, YES, YES, YES, YES, YES, YES, YES),
    Act.LESSON: (YES, YES, YES, YES, YES, YES, YES, YES),
}

MATRIX: Mapping[Act, Mapping[Stage, Permit]] = {
    act: dict(zip(COLUMNS, permits, strict=True)) for act, permits in _ROWS.items()
}


def permit(act: Act, stage: Stage, archived: bool) -> Permit:
    """Who may do this on a project at this stage."""
    return NO if archived else MATRIX[act][stage]


def permits(act: Act, stage: Stage, archived: bool, verbs: Verbs) -> bool:
    """Whether the project allows the act to who has these verbs."""
    who = permit(act, stage, archived)
    if who is DECIDE:
        return bool({"decide", "import"} & set(verbs))
    return who is YES or (who is IMPORT and "import" in verbs)


def was_approved(stage: Stage) -> bool:
    """Whether the stage shows an approval; a project may be discontinued without one."""
    return stage not in (*NOT_APPROVED, Stage.DISCONTINUED)


def was_begun(stage: Stage) -> bool:
    """Whether the stage shows that money could be spent: since the initiation, or else since the approval."""
    return stage is Stage.INITIATING or was_approved(stage)


def admit(act: Act, stage: Stage, archived: bool, verbs: Verbs, pointer: str = "/project_id") -> None:
    """Refuse an act that the project does not allow (409), or allows only to who decides (403).

    `project_ended` says that the project has ended or is archived, `project_closing` that it is being closed, and
    `project_not_approved` that it was not approved yet.
    """
    if permits(act, stage, archived, verbs):
        return
    state = called_state("project", "archived" if archived else stage.value)
    if permit(act, stage, archived) is DECIDE:
        raise Forbidden(
            Text("the project is {state}: its records are corrected by who may decide", state=state),
            Fault("needs_decide", Text("the project is {state}", state=state), pointer=pointer),
            code="correction_needs_decide",
            needs="decide",
        )
    raise Conflict(
        Text("the project is {state}: no {act} is possible any more", state=state, act=NAMES[act])
        if archived or stage in (*ENDED, Stage.CLOSING)
        else Text("the project is {state}: no {act} is possible yet", state=state, act=NAMES[act]),
        Fault(_code(stage, archived), Text("the project is {state}", state=state), pointer=pointer),
        code=_code(stage, archived),
    )


def _code(stage: Stage, archived: bool) -> str:
    if archived or stage in ENDED:
        return "project_ended"
    return "project_closing" if stage is Stage.CLOSING else "project_not_approved"


def table() -> str:
    """The matrix as a Markdown table, one row per act."""
    heads = ["act", *(stage.value.replace("_", " ") for stage in COLUMNS), "archived"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for act in Act:
        cells = [permit(act, stage, False).value for stage in COLUMNS]
        lines.append(f"| {' | '.join([act.value, *cells, permit(act, COLUMNS[0], True).value])} |")
    return "\n".join(lines)

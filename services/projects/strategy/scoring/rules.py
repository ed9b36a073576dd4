"""What holds of scorings: an active model asks for them, each criterion is scored once and on the scale, only open ones change."""

from collections.abc import Iterator

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.strategy import (
    Scoring,
    ScoringClosed,
    ScoringModel,
    ScoringModelState,
    ScoringReturned,
    ScoringState,
    ScoringSubmitted,
)
from shared.contracts.words import called_state
from shared.domain.lifecycle import Lifecycle, Move, Occasion

S = ScoringState

COUNTED = (S.SUBMITTED, S.CLOSED)
"""The states of scorings that a ranking is made from."""


def submit(scoring: Scoring, occasion: Occasion) -> None:
    scoring.submitted_on = occasion.day


def return_(scoring: Scoring, occasion: Occasion) -> None:
    scoring.submitted_on = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "submit": Move(
            S.OPEN, S.SUBMITTED, ScoringSubmitted, needs="contribute", effect=submit, checks_content=True
        ),
        "return": Move(S.SUBMITTED, S.OPEN, ScoringReturned, needs="write", effect=return_),
        "close": Move(S.SUBMITTED, S.CLOSED, ScoringClosed, needs="write"),
    },
)


def model_is_active(model: ScoringModel) -> None:
    if model.state is not ScoringModelState.ACTIVE:
        raise Conflict(
            Text(
                "the scoring model is {state}; only an active one scores",
                state=called_state("scoring_model", model.state),
            ),
            Fault("model_not_active", "is not active", pointer="/model_id"),
            code="model_not_active",
        )


def may_be_revised(scoring: Scoring) -> None:
    if scoring.state is not S.OPEN:
        raise Conflict(
            Text(
                "the scoring is {state}; only an open one is revised",
                state=called_state("scoring", scoring.state),
            ),
            code="scoring_not_open",
        )


def scores_fit(scoring: Scoring, model: ScoringModel) -> None:
    """All faults are told at once."""
    faults = list(_faults(scoring, model))
    if faults:
        raise Invalid("the scores do not fit the model", *faults, code="scores_do_not_fit")


def _faults(scoring: Scoring, model: ScoringModel) -> Iterator[Fault]:
    names = [one.name for one in model.criteria]
    scored = [one.criterion for one in scoring.scores]
    for i, one in enumerate(scoring.scores):
        if one.criterion not in names:
            yield Fault(
                "unknown_criterion",
                Text("{name} is not a criterion", name=one.criterion),
                pointer=f"/scores/{i}/criterion",
            )
        if one.criterion in scored[:i]:
            yield Fault(
                "duplicate",
                Text("{name} is named before", name=one.criterion),
                pointer=f"/scores/{i}/criterion",
            )
        if model.scale is not None and not model.scale.lowest <= one.value <= model.scale.highest:
            yield Fault(
                "score_off_scale",
                Text(
                    "from {lowest:g} to {highest:g}", lowest=model.scale.lowest, highest=model.scale.highest
                ),
                pointer=f"/scores/{i}/value",
            )


def is_complete(scoring: Scoring, model: ScoringModel) -> None:
    """Refuse (422 `scores_missing`) to submit a scoring that leaves a criterion out."""
    scored = {one.criterion for one in scoring.scores}
    missing = [one.name for one in model.criteria if one.name not in scored]
    if missing:
        raise Invalid(
            Text("not scored yet: {names}", names=", ".join(missing)),
            *(
                Fault("score_missing", Text("{name} is not scored", name=name), pointer="/scores")
                for name in missing
            ),
            code="scores_missing",
        )

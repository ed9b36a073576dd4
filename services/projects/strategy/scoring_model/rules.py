"""What holds of scoring models: their criteria fit their method, and judgements that contradict each other need a reason.

A draft may be incomplete; activated, it can score.
"""

from collections.abc import Iterator
from fractions import Fraction

from services.projects.engines.scoring.ahp import ACCEPTABLE, Priorities, priorities
from shared.base.errors import Fault, Invalid
from shared.base.exact import exact
from shared.base.texts import Text
from shared.contracts.language import Decision
from shared.contracts.projects.strategy import (
    Comparison,
    Criterion,
    Direction,
    ScoringMethod,
    ScoringModel,
    ScoringModelActivated,
    ScoringModelRetired,
    ScoringModelState,
    Term,
)
from shared.domain.lifecycle import Lifecycle, Move, Occasion

S = ScoringModelState

TERMS: dict[ScoringMethod, tuple[Term, ...]] = {
    ScoringMethod.WSJF: (Term.BUSINESS_VALUE, Term.TIME_CRITICALITY, Term.RISK_REDUCTION, Term.JOB_SIZE),
    ScoringMethod.RICE: (Term.REACH, Term.IMPACT, Term.CONFIDENCE, Term.EFFORT),
}
"""The terms of each formula, of which each criterion is one."""
DIVISORS = (Term.JOB_SIZE, Term.EFFORT)


def completed(model: ScoringModel) -> None:
    """Give a model by WSJF or RICE the criteria of its formula where it has none, and each its term where its name is one."""
    terms = TERMS.get(model.method)
    if terms is None:
        return
    criteria = model.criteria or [_criterion_of(term) for term in terms]
    by_name = {term.value: term for term in terms}
    model.criteria = [
        one.model_copy(update={"term": one.term or by_name.get(one.name.lower().replace(" ", "_"))})
        for one in criteria
    ]


def _criterion_of(term: Term) -> Criterion:
    direction = Direction.LOWER_IS_BETTER if term in DIVISORS else Direction.HIGHER_IS_BETTER
    return Criterion(name=term.value.replace("_", " ").capitalize(), direction=direction, term=term)


def makes_sense(model: ScoringModel) -> None:
    """All faults are told at once; what is merely missing is told when it is activated."""
    faults = [*_faults_of_criteria(model), *_faults_of_comparisons(model)]
    if model.scale is not None and model.scale.lowest >= model.scale.highest:
        faults.append(Fault("empty_scale", "the highest score is above the lowest", pointer="/scale/highest"))
    if faults:
        raise Invalid("the scoring model makes no sense", *faults, code="bad_scoring_model")


def _faults_of_criteria(model: ScoringModel) -> Iterator[Fault]:
    terms = TERMS.get(model.method, ())
    names = [one.name for one in model.criteria]
    terms_before = [one.term for one in model.criteria]
    for i, one in enumerate(model.criteria):
        if one.name in names[:i]:
            yield Fault(
                "duplicate", Text("{name} is named before", name=one.name), pointer=f"/criteria/{i}/name"
            )
        if one.weight is not None and model.method is not ScoringMethod.WEIGHTED:
            yield Fault(
                "weight_not_of_method", "only a weighted model gives weights", pointer=f"/criteria/{i}/weight"
            )
        if one.term is not None and one.term not in terms:
            yield Fault(
                "term_of_another_method", "this method has no such term", pointer=f"/criteria/{i}/term"
            )
        if one.term is not None and one.term in terms_before[:i]:
            yield Fault("duplicate", "another criterion is this term", pointer=f"/criteria/{i}/term")


def _faults_of_comparisons(model: ScoringModel) -> Iterator[Fault]:
    if model.comparisons and model.method is not ScoringMethod.AHP:
        yield Fault("not_compared", "only a model by AHP compares its criteria", pointer="/comparisons")
        return
    names = {one.name for one in model.criteria}
    pairs: set[frozenset[str]] = set()
    for i, one in enumerate(model.comparisons):
        for member in ("criterion", "over"):
            if (name := getattr(one, member)) not in names:
                yield Fault(
                    "unknown_criterion",
                    Text("{name} is not a criterion", name=name),
                    pointer=f"/comparisons/{i}/{member}",
                )
        if one.criterion == one.over:
            yield Fault(
                "compared_with_itself", "nothing is compared with itself", pointer=f"/comparisons/{i}/over"
            )
        if (pair := frozenset((one.criterion, one.over))) in pairs:
            yield Fault("duplicate", "the two are compared before", pointer=f"/comparisons/{i}")
        pairs.add(pair)


def can_score(model: ScoringModel) -> None:
    """Refuse (422 `scoring_model_incomplete`) to activate what could score nothing; all that is missing is told."""
    faults = list(_missing(model))
    if faults:
        raise Invalid("the scoring model cannot score yet", *faults, code="scoring_model_incomplete")


def _missing(model: ScoringModel) -> Iterator[Fault]:
    if not model.criteria:
        yield Fault("required", "name at least one criterion", pointer="/criteria")
    for term in TERMS.get(model.method, ()):
        if term not in [one.term for one in model.criteria]:
            yield Fault(
                "criteria_of_method",
                Text("no criterion is the term {term}", term=term.value),
                pointer="/criteria",
            )
    if model.method in TERMS:
        for i, one in enumerate(model.criteria):
            if one.term is None:
                yield Fault("required", "say which term it is", pointer=f"/criteria/{i}/term")
        return
    if model.method is ScoringMethod.WEIGHTED:
        for i, one in enumerate(model.criteria):
            if one.weight is None:
                yield Fault("required", "give its weight", pointer=f"/criteria/{i}/weight")
        if model.criteria and not any(one.weight or one.weight is None for one in model.criteria):
            yield Fault("no_weight", "the criteria carry no weight", pointer="/criteria")
    for i, one in enumerate(model.criteria):
        if one.direction is Direction.LOWER_IS_BETTER and model.scale is None:
            yield Fault(
                "scale_needed", "that lower is better needs a scale", pointer=f"/criteria/{i}/direction"
            )
    if model.method is ScoringMethod.AHP:
        yield from _missing_comparisons(model)


def _missing_comparisons(model: ScoringModel) -> Iterator[Fault]:
    compared = {frozenset((one.criterion, one.over)) for one in model.comparisons}
    names = [one.name for one in model.criteria]
    for i, name in enumerate(names):
        for other in names[i + 1 :]:
            if frozenset((name, other)) not in compared:
                yield Fault(
                    "comparison_missing",
                    Text("{name} and {other} are not compared", name=name, other=other),
                    pointer="/comparisons",
                )


def judged(model: ScoringModel) -> Priorities:
    """The weights of the criteria of a complete AHP model, with the consistency of its judgements."""
    names = [one.name for one in model.criteria]
    times = {(one.criterion, one.over): one for one in model.comparisons}
    return priorities(names, [[_cell(times, a, b) for b in names] for a in names], pointer="/comparisons")


def _cell(times: dict[tuple[str, str], Comparison], a: str, b: str) -> float:
    if a == b:
        return 1.0
    judgement = times.get((a, b))
    return judgement.times if judgement is not None else 1 / times[b, a].times


def weights_of(model: ScoringModel) -> dict[str, Fraction]:
    """Criterion -> its weight: as given, or under AHP as the comparisons say; none under WSJF and RICE."""
    if model.method is ScoringMethod.AHP:
        return {name: Fraction(weight) for name, weight in judged(model).weights.items()}
    return {one.name: exact(one.weight, "") for one in model.criteria if one.weight is not None}


def activate(model: ScoringModel, occasion: Occasion) -> None:
    """Judgements that contradict each other too much need a reason (422 `inconsistent`), which names the worst of them."""
    if model.method is not ScoringMethod.AHP:
        return
    judgement = judged(model)
    reason = occasion.body.reason if isinstance(occasion.body, Decision) else None
    if judgement.acceptable or (reason or "").strip():
        return
    doubt = judgement.doubt
    details = (
        Text("{of} over {over} is {judged:g}, the weights say {implied:.2f}", of=doubt.of, over=doubt.over,
             judged=float(doubt.judged), implied=float(doubt.implied))
        if doubt is not None
        else Text("the comparisons contradict each other")
    )  # fmt: skip
    ratio = judgement.consistency_ratio
    raise Invalid(
        Text(
            "the comparisons contradict each other: a ratio of {ratio:.3f} is above {acceptable:.2f} and needs a reason",
            ratio=float(ratio or 0),
            acceptable=ACCEPTABLE,
        ),
        Fault("inconsistent", details, pointer="/comparisons"),
        code="inconsistent",
        consistency_ratio=round(float(ratio), 4) if ratio is not None else None,
    )


LIFECYCLE = Lifecycle(
    "state",
    {
        "activate": Move(
            S.DRAFT,
            S.ACTIVE,
            ScoringModelActivated,
            check=can_score,
            effect=activate,
            description="From draft to active: it scores from now on, and is not changed any more. The edition before is"
            " superseded. A model by AHP whose consistency ratio is above 0.10 needs a reason (422 `inconsistent`).",
        ),
        "retire": Move(S.ACTIVE, S.RETIRED, ScoringModelRetired, needs="write"),
    },
)

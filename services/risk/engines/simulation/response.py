"""Whether a response to a risk did what it was meant to do, and what each unit of its cost bought."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

Verdict = Literal["effective", "partly", "ineffective", "not_yet"]


@dataclass(frozen=True, slots=True)
class ResponseEffect:
    """The judgement on one response; what cannot be said is None, and `reasons` says why.

    `effectiveness` is the share of the inherent exposure that is gone (1: all of it, negative: the risk
    grew). `efficiency` is the reduction of the expected value per unit of the response's cost.
    """

    verdict: Verdict
    effectiveness: float | None
    efficiency: float | None
    reasons: Mapping[str, str]


def response_effect(
    *, inherent: float, expected_residual: float, observed_residual: float | None, cost: float
) -> ResponseEffect:
    """Compares exposures (probability x impact, in money) before a response, as hoped for, and as observed.

    effectiveness = 1 - observed / inherent; efficiency = (inherent - observed) / cost. The verdict is
    `effective` where the observed exposure is down to the expected one or below. It is `partly` where the
    exposure is between that and the inherent one, and `ineffective` where it did not fall. Before anything was
    observed it is `not_yet`.
    """
    amounts = {
        "inherent": inherent,
        "expected_residual": expected_residual,
        "observed_residual": 0.0 if observed_residual is None else observed_residual,
        "cost": cost,
    }
    for name, amount in amounts.items():
        refuse_mistyped(amount, float, f"/{name}")
        if not (math.isfinite(amount) and amount >= 0):
            detail = Text("{name} {amount!r} is not a finite amount of at least 0", name=name, amount=amount)
            raise Invalid(detail, Fault("amount", detail, f"/{name}"), code="amount")
    if observed_residual is None:
        unknown = "nothing has been observed yet"
        return ResponseEffect("not_yet", None, None, {"effectiveness": unknown, "efficiency": unknown})
    reasons = {}
    if inherent == 0:
        reasons["effectiveness"] = "there was no exposure to reduce"
    if cost == 0:
        reasons["efficiency"] = "the response cost nothing"
    return ResponseEffect(
        verdict=_verdict(inherent, expected_residual, observed_residual),
        effectiveness=1 - observed_residual / inherent if inherent else None,
        efficiency=(inherent - observed_residual) / cost if cost else None,
        reasons=reasons,
    )


def _verdict(inherent: float, expected: float, observed: float) -> Verdict:
    if observed >= inherent:
        return "ineffective"
    return "effective" if observed <= expected else "partly"

"""What a register of risks puts at stake, and what of it is to be expected."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Threat:
    """A risk: its `probability` (0..1), its `impact` in money; that of an opportunity is negative."""

    probability: float
    impact: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """The sum of the impacts, and of probability x impact (EMV): the expected reserve."""

    total: float
    expected: float


def exposure(threats: Iterable[Threat]) -> Exposure:
    """Adds a register up; expected values (EMV) add whether or not the risks are independent."""
    register = [*threats] if isinstance(threats, Iterable) else threats
    refuse_mistyped(register, Sequence[Threat], "")
    for i, threat in enumerate(register):
        if not 0 <= threat.probability <= 1:
            _refuse(
                "probability",
                Text("the probability {probability!r} is not within 0..1", probability=threat.probability),
                f"/{i}/probability",
            )
        if not math.isfinite(threat.impact):
            _refuse(
                "impact",
                Text("the impact {impact!r} is not a finite number", impact=threat.impact),
                f"/{i}/impact",
            )
    return Exposure(
        total=math.fsum(t.impact for t in register),
        expected=math.fsum(t.probability * t.impact for t in register),
    )


def _refuse(code: str, detail: str, pointer: str) -> None:
    raise Invalid(detail, Fault(code, detail, pointer), code=code)

"""What of a plan is refused: gathered row by row, and told all at once."""

from dataclasses import dataclass, field

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

MOST = 50
"""So many rows are told at most; the refusal says how many there are."""


@dataclass
class Refusals:
    """The faults of rows, by where they stand in the body."""

    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def refuse_row(self, code: str, detail: str, pointer: str) -> None:
        self.take(Fault(code, detail, pointer=pointer))

    def take(self, fault: Fault) -> None:
        self.count += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)

    def tell(self) -> None:
        """One refused row refuses all."""
        if self.count:
            raise Invalid(
                Text(
                    "{count} {count:row is|rows are} refused, and nothing of the plan was changed",
                    count=self.count,
                ),
                *self.faults,
                code="plan_refused",
            )

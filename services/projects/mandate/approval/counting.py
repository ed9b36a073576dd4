"""n of m: what the answers of those who are asked decide; pure.

The own consent of an author does not count, nor does what was handed over: the one who was asked instead answers for it. A
paper is granted as soon as enough agree, and refused as soon as enough no longer can. So the order of the answers decides only
when it is decided, and a single answer that is missing never keeps it open without need.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.contracts.projects.papers import Approval, ApprovalState, Condition, DecisionPaperState

S, P = ApprovalState, DecisionPaperState


@dataclass(frozen=True)
class Count:
    """Those of a round that count, by what they said."""

    granted: Sequence[Approval]
    refused: Sequence[Approval]
    waiting: Sequence[Approval]

    @property
    def conditions(self) -> list[Condition]:
        """Of all grants that count, each once."""
        return list({one.model_dump_json(): one for by in self.granted for one in by.conditions}.values())

    def outcome(self, need: int) -> DecisionPaperState | None:
        """What is decided where `need` have to agree; None as long as it is open."""
        if len(self.granted) >= need:
            return P.APPROVED_WITH_CONDITIONS if self.conditions else P.APPROVED
        return P.REFUSED if len(self.granted) + len(self.waiting) < need else None


def count(approvals: Iterable[Approval]) -> Count:
    """Of one round."""
    counting = [one for one in approvals if one.counts]
    granted, refused, waiting = (
        [one for one in counting if one.state is state] for state in (S.GRANTED, S.REFUSED, S.REQUESTED)
    )
    return Count(granted, refused, waiting)

"""What is signed: the mandate whole, as it stands while it is in review, with the words of its objectives.

Names of persons and projects are not in it: a person may be erased, a project confidential, and what is frozen stays. The
signatures are not in it either, since they are given to its hash.
"""

from collections.abc import Sequence
from typing import Any

from shared.contracts.projects.intake import Objective
from shared.contracts.projects.mandate import Mandate
from shared.domain.freezing import freeze_content
from shared.domain.work import Work

FORMAT = "portolan.mandate.1"
MEMBERS = (
    "code", "edition", "supersedes_id", "project_id", "kind", "title", "scope_in", "scope_out", "structure", "roles",
    "depends_on", "plan", "budget", "change_budget", "tolerances", "assumptions", "constraints", "signatories",
)  # fmt: skip
OF_OBJECTIVES = ("id", "statement", "measure", "baseline", "target", "unit", "due_on", "weight")


def content_of(mandate: Mandate, objectives: Sequence[Objective]) -> dict[str, Any]:
    """All that binds, in members named as in the aggregate."""
    whole = mandate.model_dump(mode="json")
    return {
        "format": FORMAT,
        "id": whole["id"],
        **{member: whole[member] for member in MEMBERS},
        "objectives": [
            {
                member: value
                for member, value in one.model_dump(mode="json").items()
                if member in OF_OBJECTIVES
            }
            for one in objectives
        ],
    }


async def freeze(work: Work, mandate: Mandate) -> None:
    """Keep what is to be signed, in place of what was to be signed before; the mandate names its hash.

    What stood before is kept as well: somebody may have signed it.
    """
    mandate.content_hash = None
    objectives = [await work.load(Objective, id) for id in mandate.objectives]
    freeze_content(work, mandate, content_of(mandate, objectives))

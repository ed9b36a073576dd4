"""The gate that needs the outcome which a mandate is: it passes in the commit of the last signature.

Without a method a project has no gates.
"""

from shared.contracts.projects.mandate import Mandate
from shared.contracts.projects.structure import Project
from shared.domain.work import Work


async def refuse_shut(work: Work, project: Project, mandate: Mandate) -> None:
    """Refuse the last signature while the gate lacks anything else than the mandate."""


async def pass_gate(work: Work, project: Project, mandate: Mandate) -> None:
    """Pass the gate, now that the mandate is signed."""

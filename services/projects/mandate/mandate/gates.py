"""The gate that needs the outcome which a mandate is: it passes in the commit of the last signature.

Without a method a project has no gates.
"""

from services.projects.methods.gate.passing import pass_by_outcome
from shared.contracts.projects.mandate import Mandate
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

MANDATE = "mandate"


async def pass_gate(work: Work, project: Project, mandate: Mandate) -> None:
    """Pass the gate, now that the mandate is signed; the signature is refused (409) while the gate lacks anything else."""
    signatories = [one.signatory_id for one in mandate.signatures]
    await pass_by_outcome(work, project.id, (MANDATE, mandate.kind.value), signatories)

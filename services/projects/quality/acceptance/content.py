"""What the protocol of an acceptance is frozen with: what was submitted, how it was judged, by whom, and the verdict."""

from typing import Any

from shared.contracts.projects.quality import Acceptance, Deliverable

FORMAT = "portolan.acceptance.1"


def protocol_of(acceptance: Acceptance, deliverable: Deliverable) -> dict[str, Any]:
    """As it was signed; reservations that are lifted later stand in the acceptance, and not in here."""
    document = deliverable.document
    return {
        "format": FORMAT,
        "id": str(acceptance.id),
        "project_id": str(acceptance.project_id),
        "deliverable": {
            "id": str(deliverable.id),
            "name": deliverable.name,
            "acceptance_criteria": deliverable.acceptance_criteria,
            "made_by": None if deliverable.made_by is None else str(deliverable.made_by),
            "submission": deliverable.submission,
            "document": None if document is None else document.model_dump(mode="json"),
        },
        "kind": acceptance.kind.value,
        "verdict": acceptance.verdict.value,
        "criteria": [one.model_dump(mode="json") for one in acceptance.criteria],
        "reservations": [
            one.model_dump(mode="json", include={"text", "class", "due_on"})
            for one in acceptance.reservations
        ],
        "accepted_by_id": str(acceptance.accepted_by_id),
        "accepted_on": str(acceptance.accepted_on),
        "warranty_until": None if acceptance.warranty_until is None else str(acceptance.warranty_until),
    }

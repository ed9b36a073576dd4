"""The registers of the group, with their routes."""

from services.projects.quality.acceptance import api as acceptance
from services.projects.quality.deliverable import api as deliverable
from shared.runtime.service import Group

QUALITY = Group(
    routes=(deliverable.routes, acceptance.routes),
    registers=(deliverable.DELIVERABLES, acceptance.ACCEPTANCES),
)

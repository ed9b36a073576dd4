"""The table of milestones."""

from services.projects.tables import Model
from shared.contracts.projects.methods import Milestone
from shared.store.rows import table_of

MilestoneRow = table_of(Milestone, Model, added=("baseline_on", "activity_id"))

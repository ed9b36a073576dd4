"""The table of memberships."""

from services.projects.tables import Model
from shared.contracts.projects.organisation import Membership
from shared.store.rows import table_of

MembershipRow = table_of(Membership, Model)

"""Staffing: `propose` ranks people for a request with reasons, `balance` sets capacity against demand.

Method, conventions and limits are in `docs/methods/staffing.md`.
"""

from services.resources.engines.staffing.entry import balance, propose
from services.resources.engines.staffing.people import (
    Absence,
    Booking,
    Criterion,
    Demand,
    Person,
    Request,
    Skill,
    SkillNeed,
    Weights,
)
from services.resources.engines.staffing.proposals import (
    Balance,
    Excluded,
    Gap,
    Merit,
    PersonOverload,
    Proposal,
    RoleMonth,
    Shortlist,
)

__all__ = [
    "Absence",
    "Balance",
    "Booking",
    "Criterion",
    "Demand",
    "Excluded",
    "Gap",
    "Merit",
    "Person",
    "PersonOverload",
    "Proposal",
    "Request",
    "RoleMonth",
    "Shortlist",
    "Skill",
    "SkillNeed",
    "Weights",
    "balance",
    "propose",
]

"""The base of the projects service's tables, and the copies it keeps of persons, units, and of what names two nodes."""

from sqlalchemy import Index
from sqlmodel import SQLModel

from shared.contracts.finance.appraisal import BusinessCase, CostEstimate
from shared.contracts.finance.budget import BudgetEnvelope, BudgetLine
from shared.contracts.finance.vendors import Contract
from shared.contracts.resources.people import OrgUnit, Person
from shared.contracts.risk.risks import Assessment
from shared.domain.copies import Known
from shared.domain.namings import NamingCopy, namings_table
from shared.store.columns import own_registry
from shared.store.tables import kernel_tables


class Model(SQLModel, registry=own_registry()):
    """Every table of the service."""


kernel_tables(Model.metadata)

KNOWN_PERSON = Known(Person, Model, members=("archived", "erased"), contains=False)
"""Portfolios, programmes, projects and work packages name owners, sponsors and managers."""
KNOWN_UNIT = Known(OrgUnit, Model, contains=False)
"""Memberships are granted for units of the organisation too."""
KNOWN_CASE = Known(BusinessCase, Model, members=("project_id", "state", "archived"), contains=False)
"""Gates ask for the study of a project."""
Index("ix_known_business_case__project_id", KNOWN_CASE.table.c.project_id)
namings_table(Model.metadata)
NAMINGS = tuple(
    NamingCopy(shape) for shape in (Assessment, BudgetEnvelope, BudgetLine, Contract, CostEstimate)
)
"""A project or programme is not made confidential while one of these names it from elsewhere."""

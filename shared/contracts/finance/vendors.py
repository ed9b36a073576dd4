"""Vendors and the contracts with them."""

from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import Aggregate, Day, Id, Line, Prose, TimeFact, aggregate, fact
from shared.contracts.members import (
    at_creation,
    code,
    filterable,
    label,
    names,
    searched,
    sortable,
    sortable_as_written,
)

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["CH"]), code]


@aggregate("finance", "vendors")
class Vendor(Aggregate):
    """A supplier or subcontractor."""

    name: Annotated[Line, label, sortable, searched]
    """The name of the company."""
    country: Annotated[Country | None, sortable_as_written] = None
    """Where it has its seat: two letters of ISO 3166-1."""
    description: Prose = ""
    """What it supplies, and other notes."""


@aggregate("finance", "contracts")
class Contract(Aggregate):
    """An agreement with a vendor, on a project or a programme."""

    vendor_id: Annotated[Id | None, names("vendor"), filterable] = None
    """With whom it is made."""
    project_id: Annotated[Id | None, names("project"), filterable, at_creation] = None
    """The project it is for; null where it is for a programme or for neither."""
    programme_id: Annotated[Id | None, names("programme"), filterable, at_creation] = None
    """The programme it is for; null where it is for a project or for neither."""
    number: Annotated[Line, code, sortable, searched]
    """The organisation's number of the contract."""
    title: Annotated[Line, label, sortable, searched]
    """What it is about."""
    description: Prose = ""
    """What is delivered under it."""
    kind: Line | None = None
    """Its type, in the organisation's words, such as fixed price."""
    status: Line | None = None
    """Where it stands, in the organisation's words."""
    starts_on: Annotated[Day | None, sortable] = None
    """The first day of its term."""
    ends_on: Annotated[Day | None, sortable] = None
    """The last day of its term."""
    notice_on: Annotated[Day | None, sortable] = None
    """The last day on which notice can be given; null where it ends by itself."""
    value: Annotated[Money | None, sortable] = None
    """The agreed price of all that is delivered."""


@fact(Contract, "notice_due")
class ContractNoticeDue(TimeFact):
    """Notice can be given for 90 more days."""

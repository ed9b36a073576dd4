"""The columns of the three files: what they hold, under which names they were published, and what becomes of them.

The names are those of the cleaned record. Of projects and contracts the feeds of the IT Dashboard have other names, which are
read as well. Of ratings and funding their published names are not known to us: an investments file without them has none.
"""

from dataclasses import dataclass
from typing import Literal

from services.imports.spellings import Column

Kind = Literal["text", "day", "amount", "whole", "investment"]
"""What the cells of a column look like, where they look like something: by this a row is seen whose cells are shifted."""
File = Literal["projects", "investments", "contracts"]


@dataclass(frozen=True, slots=True)
class Published(Column):
    """A column of one of the files."""

    kind: Kind = "text"
    is_imported: bool = True
    """Otherwise it is held against others and not brought in."""


UII = ("Unique Investment Identifier", "UII")
AGENCY_CODE = Published("agency_code", kind="whole")
FUNDING = {
    "funding_py1_prior": (2014, "prior years, cumulative"),
    "funding_py": (2015, "past year"),
    "funding_cy": (2016, "current year"),
    "funding_by": (2017, "budget year"),
}
"""Column -> fiscal year around budget year 2017, and what it is."""

COLUMNS: dict[File, tuple[Published, ...]] = {
    "projects": (
        Published("project_id"),
        Published("investment_uii", UII, kind="investment"),
        AGENCY_CODE,
        Published("agency_name"),
        Published("investment_title"),
        Published("project_name"),
        Published("project_description"),
        Published("start_date", kind="day"),
        Published("planned_completion_b2", ("Planned Project Completion Date (B2)", "Planned Completion Date (B2)"), kind="day"),
        Published(
            "projected_actual_completion_b2",
            ("Projected/Actual Project Completion Date (B2)", "Projected/Actual Completion Date (B2)"), kind="day",
        ),
        Published("lifecycle_cost_musd", ("Lifecycle Cost", "Lifecycle Cost ($ M)"), kind="amount"),
        Published("planned_cost_musd", ("Planned Cost", "Planned Cost ($ M)"), kind="amount"),
        Published("projected_actual_cost_musd", ("Projected/Actual Cost", "Projected/Actual Cost ($ M)"), kind="amount"),
        Published("updated_at", ("Updated Date", "Updated DateTime"), kind="day"),
        Published("schedule_variance_days", ("Schedule Variance (in days)",), kind="whole", is_imported=False),
        Published("cost_variance_musd", ("Cost Variance", "Cost Variance ($ M)"), needed=False, is_imported=False),
    ),
    "investments": (
        Published("investment_uii", UII, kind="investment"),
        AGENCY_CODE,
        Published("agency_name"),
        Published("title", ("Investment Title",)),
        Published("cio_eval_2017", needed=False, kind="whole"),
        Published("cio_color_2017", needed=False),
        *(Published(name, needed=False, kind="amount") for name in FUNDING),
    ),
    "contracts": (
        Published("Unique Investment Identifier", ("UII", "investment_uii"), kind="investment"),
        Published("Agency Code", kind="whole", is_imported=False),
        Published("Contract ID"),
        Published("Contract Number (PIID)", ("PIID",)),
        Published("Base Contract ID (USAspending)", ("Base Contract ID",)),
        Published("Vendor Name (USAspending)", ("Vendor Name",)),
        Published(
            "Action Obligation Amount (In $ million) (USAspending)",
            ("Action Obligation Amount ($ M)", "Action Obligation Amount (In $ million)"), kind="amount",
        ),
        Published("Contract Status"),
        Published("Type of Contract (USAspending)", ("Type of Contract",)),
        Published("Contract Start Date (USAspending)", ("Contract Start Date",), kind="day"),
        Published("Contract End Date (USAspending)", ("Contract End Date",), kind="day"),
        Published("Contract Description (USAspending)", ("Contract Description",)),
    ),
}  # fmt: skip

KEYS: dict[File, tuple[str, ...]] = {
    "projects": ("project_id",),
    "investments": ("investment_uii",),
    "contracts": ("Contract ID", "Base Contract ID (USAspending)"),
}


def kinds(file: File) -> dict[str, Kind]:
    """Column -> what its cells look like, of those that look like something."""
    return {column.name: column.kind for column in COLUMNS[file] if column.kind != "text"}


def imported(file: File) -> tuple[str, ...]:
    return tuple(column.name for column in COLUMNS[file] if column.is_imported)

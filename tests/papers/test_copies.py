"""The architecture page says which service keeps what of whose aggregates."""

from pathlib import Path

from services.embedded import SERVICES
from services.reporting.service import NODES_AND_MEMBERSHIPS
from shared.contracts.language import Erasable, entry_of
from shared.domain.copies import ACCESS, Known

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
COPIES = [
    (service.name, copy)
    for service in SERVICES
    for each in service.consumers
    for copy in each.copies
    if isinstance(copy, Known)
]


def table() -> str:
    """One row for each copy: who keeps it, of what, and which members."""
    lines = ["| kept by | copy of | members |", "|---|---|---|"]
    for service, copy in COPIES:
        entry = entry_of(copy.shape)
        members = ", ".join(f"`{name}`" for name in copy.members if name != "version")
        lines.append(f"| {service} | {entry.service}.{entry.name} | {members} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_copies_is_the_one_that_is_declared() -> None:
    assert table() in PAGE.read_text(), f"docs/architecture.md should contain\n\n{table()}"


def test_no_copy_keeps_the_name_of_a_person() -> None:
    of_persons = [copy for _, copy in COPIES if issubclass(copy.shape, Erasable)]
    assert of_persons
    assert all(set(copy.members) <= {"version", "archived", "erased"} for copy in of_persons)


def test_every_service_keeps_who_may_see_what() -> None:
    for service in SERVICES:
        kept_shapes = {copy.shape for each in service.consumers for copy in each.copies if copy in ACCESS}
        if service.name == "reporting":  # its projection keeps the others, in the commit that shows them
            kept_shapes |= {copy.shape for copy in NODES_AND_MEMBERSHIPS.values()}
        assert kept_shapes == {copy.shape for copy in ACCESS if copy.service != service.name}, service.name

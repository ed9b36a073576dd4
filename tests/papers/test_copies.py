"""The architecture page says which service keeps what of whose aggregates."""

from pathlib import Path

from services.embedded import SERVICES
from shared.contracts.language import Erasable, entry_of

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
COPIES = [(service.name, copy) for service in SERVICES for each in service.consumers for copy in each.copies]


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

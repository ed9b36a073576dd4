"""A template that was filled in, as the pages bring it in: the sheet of the records is taken, not the one that explains."""

from pathlib import Path

import msgspec
import pytest

from services.imports.tables.job import run
from services.imports.tables.orders import Job, Order, Outcome
from services.imports.tables.targets import target_named
from services.imports.tables.templates import to_xlsx


@pytest.mark.parametrize("register", ["vendors", "projects", "roles"])
def test_the_sheet_of_the_records_is_proposed(register: str, tmp_path: Path) -> None:
    target = target_named(register)
    (tmp_path / "file").write_bytes(to_xlsx(target, "en"))
    order = Order(act="propose", register=register, name=f"{register}.xlsx", url="", language="en")
    (tmp_path / "order.json").write_bytes(msgspec.json.encode(order))
    run(Job(str(tmp_path), ""), lambda share, step: None)
    outcome = msgspec.json.decode((tmp_path / "outcome.json").read_bytes(), type=Outcome)
    assert (outcome.failure, outcome.sheet) == ("", target.title())

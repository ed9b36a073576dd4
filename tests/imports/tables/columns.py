"""Columns for tests: their cells, read as a member by what they decide together."""

from collections.abc import Sequence
from typing import Any

from services.imports.tables.cells import Json, Remark, Unread, reader_of
from services.imports.tables.conventions import ColumnSurvey, Question, questions, survey
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.table import Row, Table, Value
from shared.contracts.forms import Field

DAY = Field("planned_finish_on", "day")
MONEY = Field("planned_cost", "money")
NUMBER = Field("weekly_hours", "number")
PERCENT = Field("percent_complete", "integer", minimum=0, maximum=100)
STAGE = Field(
    "stage", "choice",
    choices=("proposed", "initiating", "approved", "active", "on_hold", "closing", "closed", "discontinued"),
)  # fmt: skip


def surveyed(cells: Sequence[Value], name: str = "Column") -> ColumnSurvey:
    table = Table("a.csv", "", 1, (name,), lambda: iter([Row(i, (cell,)) for i, cell in enumerate(cells, 2)]))
    return survey(table).columns[name]


def readings(
    field: Field, cells: Sequence[Value], name: str = "Column", remark: Remark | None = None, owner: str = "",
    **mapping: Any,
) -> list[Json]:  # fmt: skip
    """What each cell is read as; the code of the reason where it is not read."""
    read = reader_of(
        field,
        ColumnMapping(column=name, **mapping),
        surveyed(cells, name),
        owner=owner,
        remark=remark,
    )
    answers: list[Json] = []
    for cell in cells:
        try:
            answers.append(read(cell))
        except Unread as unread:
            answers.append(f"!{unread.code}")
    return answers


def questions_of(
    field: Field, cells: Sequence[Value], name: str = "Column", **mapping: Any
) -> list[Question]:
    return list(questions(field, ColumnMapping(column=name, **mapping), surveyed(cells, name)))


def francs(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CHF"}

"""What must still be said of a mapping before a table can be read by it, and the answers taken into it."""

import msgspec

from services.imports.tables.conventions import Question, Survey, questions
from services.imports.tables.mapping import Mapping
from services.imports.tables.targets import CURRENCY, Target, says_currency


def open_questions(mapping: Mapping, surveyed: Survey, target: Target) -> list[Question]:
    """The questions of all columns that are taken. Where a column holds the currency, nobody is asked for it."""
    of_all: list[Question] = []
    paths = [*(column.member for column in mapping.columns), *mapping.constants]
    separate = {path.removesuffix(".currency") for path in paths if says_currency(path)}
    for column in mapping.columns:
        if column.member and column.column in surveyed.columns:
            field = target.field(column.member)
            of_column = questions(field.of, column, surveyed.columns[column.column])
            of_all += [
                q for q in of_column if q.setting != "currency" or not separate & {column.member, CURRENCY}
            ]
    return of_all


def with_answer(mapping: Mapping, question: Question, answer: str | int | float) -> Mapping:
    """The mapping with what somebody says of a column."""
    return msgspec.structs.replace(
        mapping,
        columns=tuple(
            msgspec.structs.replace(c, **{question.setting: answer}) if c.column == question.column else c
            for c in mapping.columns
        ),
    )

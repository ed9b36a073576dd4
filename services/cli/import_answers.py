"""What a table import asks on the command line, and the options that answer it: of all columns, or of one by its name.

--period first                        of every column that leaves it open
--period "Due=last"                   of the column Due, whatever its cells show
"""

import re
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
from msgspec import structs

from services.imports.tables.conventions import Question, Survey
from services.imports.tables.mapping import ColumnMapping
from services.imports.tables.mapping import Mapping as TableMapping
from services.imports.tables.open_questions import open_questions, with_answer
from services.imports.tables.questions import Setting
from services.imports.tables.table import Table
from services.imports.tables.targets import Target, TargetField

NO_MEMBER = "no member is called {name!r}; there are: {members}"


@dataclass(frozen=True)
class Option:
    """An option of the command line that says how cells are read."""

    flag: str
    values: tuple[str | int, ...]
    """Empty: any text, in capitals."""
    help: str
    is_number: bool = False

    def value_of(self, text: str) -> str | int | float | None:
        if self.is_number:
            return float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) else None
        if not self.values:
            return text.upper() if text.isalpha() else None
        return next((value for value in self.values if str(value) == text), None)


OPTIONS: dict[Setting, Option] = {
    "order": Option("--date-order", ("day-first", "month-first", "year-first"), "Of days such as 03/04/2026."),
    "century": Option("--century", (1900, 2000), "Of years of two digits."),
    "period": Option("--period", ("first", "last"), "Which day a month, a quarter or a year means."),
    "epoch": Option("--epoch", (1900, 1904), "From which year a spreadsheet counted days that are numbers."),
    "decimal": Option("--decimal", (".", ","), "The decimal sign of numbers such as 1,234."),
    "currency": Option("--currency", (), "Of amounts that name none: CHF."),
    "scale": Option("--scale", (1, 1000, 1000000), "What one unit of its amounts is: 1000 where they are thousands."),
    "sign": Option("--sign", ("as-written", "inverted"), "Of amounts below zero: what came back, or what was spent."),
    "unit": Option("--unit", ("percent", "fraction"), "Whether a half is written 50 or 0.5."),
    "full_week": Option("--full-week", (), "The hours of a full week, of which a column of persons holds shares.", is_number=True),
    "separator": Option("--separator", (";", ",", "|"), "What stands between several things in one cell."),
}  # fmt: skip
"""Setting of a column -> its option; the help says what it is."""


@dataclass(frozen=True)
class Answer:
    """What an option says; of all columns that leave it open where `column` is empty."""

    setting: Setting
    value: str | int | float
    column: str = ""


class _Answers(click.ParamType[Answer]):
    """`VALUE`, or `COLUMN=VALUE`."""

    def __init__(self, setting: Setting) -> None:
        self.setting, self.option = setting, OPTIONS[setting]
        self.name = "|".join(map(str, self.option.values)) or ("number" if self.option.is_number else "text")

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Answer:
        if isinstance(value, Answer):
            return value
        text = str(value)
        column, sign, last = text.rpartition("=")
        for name, candidate in (("", text), (column, last)) if sign else (("", text),):
            if (right := self.option.value_of(candidate.strip())) is not None:
                return Answer(self.setting, right, name.strip())
        return self.fail(f"{text!r} is none of {self.name}, nor a column with one of them: COLUMN=VALUE")


def answering(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; the command is arguments all answers as `answers`."""

    @wraps(command)
    def packed(**arguments: Any) -> Any:
        answers = [answer for setting in OPTIONS for answer in arguments.pop(f"answers_{setting}")]
        return command(answers=answers, **arguments)

    options: Callable[..., Any] = packed
    for setting, option in reversed(OPTIONS.items()):
        options = click.option(
            option.flag, f"answers_{setting}", type=_Answers(setting), multiple=True, help=option.help
        )(options)
    return options


def answered(
    mapping: TableMapping, surveyed: Survey, target: Target, answers: Sequence[Answer], *, ask: bool
) -> TableMapping:
    """The mapping with what the options, or somebody at a terminal, say of open questions."""
    mapping = _with_answers_of_columns(mapping, answers)
    mapping = _scaled(mapping, target, answers)
    of_all = {answer.setting: answer.value for answer in answers if not answer.column}
    for question in open_questions(mapping, surveyed, target):
        answer = of_all.get(question.setting)
        if answer is None and ask:
            answer = _ask(question)
        if answer is not None:
            mapping = with_answer(mapping, question, answer)
    return mapping


def _with_answers_of_columns(mapping: TableMapping, answers: Sequence[Answer]) -> TableMapping:
    columns = {column.column: column for column in mapping.columns}
    for answer in answers:
        if answer.column:
            if answer.column not in columns:
                raise click.UsageError(
                    f"no column is called {answer.column!r}; there are: {', '.join(columns)}"
                )
            columns[answer.column] = structs.replace(columns[answer.column], **{answer.setting: answer.value})
    return structs.replace(mapping, columns=tuple(columns.values()))


def _scaled(mapping: TableMapping, target: Target, answers: Sequence[Answer]) -> TableMapping:
    """Amounts in thousands are no open question where no name says so: the option alone does."""
    scale = next((a.value for a in answers if a.setting == "scale" and not a.column), None)

    def is_amount(column: ColumnMapping) -> bool:
        return bool(column.member) and target.field(column.member).of.kind == "money"

    if scale is None:
        return mapping
    columns = tuple(
        structs.replace(one, scale=scale) if one.scale is None and is_amount(one) else one
        for one in mapping.columns
    )
    return structs.replace(mapping, columns=columns)


def with_constants(mapping: TableMapping, target: Target, texts: Sequence[str]) -> TableMapping:
    """The mapping with what holds for every row: `MEMBER=TEXT`, by the member's name or by what it is called."""
    constants = dict(mapping.constants)
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise click.UsageError(f"--constant {shlex.quote(text)} lacks what it is: MEMBER=TEXT")
        field = _member(target, name.strip())
        if field is None:
            members = ", ".join(one.label() for one in target.columns)
            raise click.UsageError(NO_MEMBER.format(name=name.strip(), members=members))
        constants[field.path] = value.strip()
    columns = tuple(
        structs.replace(one, member="") if one.member in constants else one for one in mapping.columns
    )
    return structs.replace(mapping, constants=constants, columns=columns) if texts else mapping


def _member(target: Target, name: str) -> TargetField | None:
    for one in target.columns:
        names = (one.path, *one.labels.values())
        if name.casefold() in map(str.casefold, names):
            return one
    return None


def constant_for(field: TargetField) -> str:
    """The option that fills a member for every row."""
    return f"--constant {shlex.quote(f'{field.label()}=…')}"


def _ask(question: Question) -> str | int | float:
    click.echo(f"{question.column}: {question.text}")
    if not question.choices:
        return str(click.prompt("  answer", default=question.suggested)).upper()
    for number, choice in enumerate(question.choices, 1):
        click.echo(f"  {number}  {choice.label}")
    number = click.prompt("  which", type=click.IntRange(1, len(question.choices)))
    return question.choices[number - 1].value


def end_if_open(one: Table, mapping: TableMapping, surveyed: Survey, target: Target) -> None:
    """Say what must be known before anything is read, and how to say it; ends with code 2."""
    open_ones = open_questions(mapping, surveyed, target)
    several = Counter(question.setting for question in open_ones)
    lines = [line for question in open_ones for line in _asking(question, several)]
    members = {column.member for column in mapping.columns}
    if not mapping.key and not members & {"id", "external_ref.id", "code", *target.entry.title[:1]}:
        lines.append("  No column tells its rows from each other: name those that do.")
        lines.append(f"    --key {shlex.quote(one.columns[0])}")
    if not lines:
        return
    click.echo("\nNot clear yet, nothing was read:", err=True)
    for line in lines:
        click.echo(line, err=True)
    click.echo("An option without the name of a column answers for all of them.", err=True)
    sys.exit(2)


def _asking(question: Question, several: Mapping[Setting, int]) -> Iterator[str]:
    yield f"  {question.column}: {question.text}"
    flag = OPTIONS[question.setting].flag
    choices = [(choice.value, str(choice.label)) for choice in question.choices]
    for value, label in choices or [(question.suggested or "CHF", "")]:
        text = f"{question.column}={value}" if several[question.setting] > 1 else str(value)
        answer = f"{flag} {shlex.quote(text)}"
        yield f"    {answer:<28} {label if label != str(value) else ''}".rstrip()

"""Lists narrowed and sorted by the organisation's own fields: `custom[data_class]=internal`, `custom[users][gte]=50`,
`custom[users][sort]=desc`."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.base.errors import Fault, Malformed
from shared.base.texts import Text
from shared.contracts.language import AggregateType
from shared.contracts.projects.organisation import FieldDefinition, FieldType
from shared.domain.custom_fields import definitions_of
from shared.http.call import Call
from shared.http.keyset import Keyset, Sort
from shared.http.parameters import MOST_VALUES, OPERATORS, read_value, wrong

PREFIX = "custom["
SORT = "sort"
ORDERS = {"asc": False, "desc": True}
NUMBERS = (FieldType.NUMBER, FieldType.MONEY, FieldType.DAY)
"""The types whose values are kept as integers."""
_NAME = re.compile(r"custom\[([a-z][a-z0-9_]{0,39})\](?:\[(gte|gt|lte|lt|sort)\])?")
_NUMBER = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2})?")
"""What a field of type number may hold, written without an exponent."""
_SORTED = "(SELECT v.{column} FROM custom_value v WHERE v.aggregate_id = {table}.id AND v.name = '{name}' AND v.sensitive = 0)"
_HAS = "id IN (SELECT aggregate_id FROM custom_value WHERE aggregate_type = ? AND name = ? AND sensitive = 0 AND {test})"


async def narrow(call: Call, entry: AggregateType, keyset: Keyset) -> None:
    """Refuses (400) what no field that may be asked for is called, and what is no value of it."""
    parameters = [name for name in call.query if name.startswith(PREFIX)]
    if not parameters:
        return
    definitions = await definitions_of(call.kernel.store, entry)
    for name in parameters:
        field, operator = _field(name, definitions)
        keyset.is_long = True
        if operator == SORT:
            _sort(keyset, field, entry.name, call.query[name], name)
            continue
        test, params = _test(field, operator, call.query[name], name)
        keyset.narrow(_HAS.format(test=test), entry.name, field.name, *params)


def _sort(keyset: Keyset, field: FieldDefinition, table: str, values: list[str], name: str) -> None:
    """Amounts are sorted within their currency, texts character by character; aggregates without a value come last."""
    if len(values) > 1:
        raise wrong(name, "given twice")
    if values[0] not in ORDERS:
        raise wrong(name, "asc or desc")
    by_number, by_value = (
        _SORTED.format(column=c, table=table, name=field.name) for c in ("number", "value")
    )
    is_number = field.type in NUMBERS
    keyset.sort_first(
        name,
        Sort(
            by_number if is_number else by_value,
            text=not is_number,
            within=by_value if field.type is FieldType.MONEY else None,
        ),
        down=ORDERS[values[0]],
    )


def _field(name: str, definitions: Mapping[str, FieldDefinition]) -> tuple[FieldDefinition, str | None]:
    match = _NAME.fullmatch(name)
    field = definitions.get(match[1]) if match else None
    if match is None or field is None or field.sensitive:
        raise Malformed(
            "a query parameter is not one of this operation",
            Fault("unknown_parameter", "no field is called so", parameter=name[:80]),
            code="unknown_parameter",
        )
    return field, match[2]


def _test(
    field: FieldDefinition, operator: str | None, values: list[str], name: str
) -> tuple[str, list[Any]]:
    """The condition on a row of `custom_value`, and its parameters."""
    if len(values) > (1 if operator else MOST_VALUES):
        raise wrong(
            name, "given twice" if operator else Text("at most {most_values} values", most_values=MOST_VALUES)
        )
    is_number = field.type in NUMBERS
    if operator and not is_number:
        raise wrong(name, "only numbers, amounts and days are compared")
    read = [_read(field.type, value, name) for value in values]
    column = "number" if is_number else "value"
    if operator:
        return f"{column} {OPERATORS[operator]} ?", read
    return f"{column} IN ({', '.join('?' * len(read))})", read


def _read(kind: FieldType, text: str, name: str) -> Any:
    match kind:
        case FieldType.DAY:
            return read_value("day", text, name)
        case FieldType.MONEY:
            return read_value("money", text, name)
        case FieldType.NUMBER:
            return _hundredths(text, name)
        case FieldType.PERSON:
            return read_value("id", text, name)
        case FieldType.YES_NO:
            if text not in ("true", "false"):
                raise wrong(name, "true or false")
            return text
        case _:
            return read_value("text", text, name)


def _hundredths(text: str, name: str) -> int:
    """A number as it is stored."""
    if not _NUMBER.fullmatch(text):
        raise wrong(name, "a number with at most two decimals")
    return int(Decimal(text) * 100)

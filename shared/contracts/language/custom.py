"""Values of fields that an organisation declares itself (`field_definition`).

They stand in the member `custom` of every aggregate, by name. Inside they are what they are on the wire: a text, a number, a
yes or no, or an object of amount and currency. What a field accepts says its definition; here is what any of them may be.
"""

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.base.money import Money
from shared.contracts.language.values import Prose
from shared.contracts.stored import Plain

LARGEST_NUMBER = 10**12
MOST_FIELDS = 50
"""Fields that one aggregate may hold values of."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""The name of such a field: small letters, digits and underscores."""


_TEXT: TypeAdapter[str] = TypeAdapter(Annotated[Prose, StringConstraints(min_length=1, max_length=500)])


def _read(value: Any) -> Any:
    match value:
        case bool():
            return value
        case str():
            try:
                return _TEXT.validate_python(value)
            except ValidationError as error:
                raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
        case int() | float():
            return _number(value)
        case dict():
            money = Money.model_validate(value)
            return {"amount": money.amount, "currency": money.currency}
        case _:
            raise ValueError("a value is a text, a number, true or false, or an amount with its currency")


def _number(value: float) -> float:
    """With at most two decimals, and whole where it is."""
    if not abs(value) <= LARGEST_NUMBER:
        raise ValueError("the number is too large")
    if round(value, 2) != value:
        raise ValueError("a number has at most two decimals")
    return int(value) if int(value) == value else value


_SCHEMA: dict[str, Any] = {
    "description": "A text of 1 to 500 characters, a number with at most two decimals, true or false, or an amount with its"
    " currency: what the definition of the field says."
}
"""Generators of clients do not all know a choice of types as the values of a map."""

CustomValue = Annotated[
    Any, BeforeValidator(_read), Plain(), Field(json_schema_extra=_SCHEMA, examples=["critical"])
]


class ByName:
    """Tells of a map by its values, and of its names apart: generators of clients read no pattern of keys."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = dict(handler(schema))
        [(pattern, values)] = described.pop("patternProperties").items()
        names = {"pattern": pattern}
        examples = [{"data_class": "internal"}]
        return {**described, "propertyNames": names, "additionalProperties": values, "examples": examples}


Custom = Annotated[dict[FieldName, CustomValue], Field(max_length=MOST_FIELDS), ByName()]
"""Field -> its value."""

"""What Pydantic finds wrong with content, as a refusal with JSON pointers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

FINDINGS = {
    "bool_parsing": "Input should be a valid boolean",
    "bool_type": "Input should be a valid boolean",
    "date_from_datetime_inexact": "Input should be a date without a time",
    "date_from_datetime_parsing": "Input should be a valid date",
    "date_parsing": "Input should be a valid date",
    "date_type": "Input should be a valid date",
    "datetime_from_date_parsing": "Input should be a valid date and time",
    "datetime_object_invalid": "Input should be a valid date and time",
    "datetime_parsing": "Input should be a valid date and time",
    "datetime_type": "Input should be a valid date and time",
    "decimal_max_digits": "Input should have no more than {max_digits} digits in total",
    "decimal_max_places": "Input should have no more than {decimal_places} decimal places",
    "decimal_parsing": "Input should be a valid decimal number",
    "decimal_type": "Input should be a valid decimal number",
    "dict_type": "Input should be an object",
    "enum": "Input should be one of {expected}",
    "extra_forbidden": "Extra inputs are not permitted",
    "finite_number": "Input should be a finite number",
    "float_parsing": "Input should be a valid number",
    "float_type": "Input should be a valid number",
    "frozen_field": "Field is frozen",
    "frozen_instance": "Field is frozen",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "int_from_float": "Input should be a valid integer, without a fraction",
    "int_parsing": "Input should be a valid integer",
    "int_parsing_size": "Input should be a valid integer, of fewer digits",
    "int_type": "Input should be a valid integer",
    "invalid_key": "Keys should be strings",
    "json_invalid": "Input should be valid JSON",
    "json_type": "Input should be valid JSON",
    "less_than": "Input should be less than {lt}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "list_type": "Input should be a valid list",
    "literal_error": "Input should be one of {expected}",
    "missing": "Field required",
    "model_attributes_type": "Input should be an object",
    "model_type": "Input should be an object",
    "multiple_of": "Input should be a multiple of {multiple_of}",
    "none_required": "Input should be null",
    "string_pattern_mismatch": "Text should match the pattern {pattern}",
    "string_too_long": "Text should have at most {max_length} characters",
    "string_too_short": "Text should have at least {min_length} characters",
    "string_type": "Input should be a valid text",
    "string_unicode": "Input should be a valid text in Unicode",
    "timezone_aware": "Input should have a time zone",
    "too_long": "List should have at most {max_length} items",
    "too_short": "List should have at least {min_length} items",
    "tuple_type": "Input should be a valid list",
    "union_tag_invalid": "Input should have a kind that is one of {expected_tags}",
    "union_tag_not_found": "Input should say of which kind it is",
    "uuid_parsing": "Input should be a valid UUID",
    "uuid_type": "Input should be a valid UUID",
}
"""Kind of a finding -> what it says, for translators. In English Pydantic's own words are shown."""


def invalid_from(error: ValidationError, base: Sequence[str | int] = ()) -> Invalid:
    """Pydantic's findings with a JSON pointer each, without the input."""
    faults = [
        Fault(e["type"], detail_of(e), pointer=pointer((*base, *e["loc"])))
        for e in error.errors(include_url=False, include_input=False)
    ]
    count = len(faults)
    return Invalid(Text("{count} {count:member is|members are} not valid", count=count), *faults)


def detail_of(finding: Mapping[str, Any]) -> Text:
    """What one finding of Pydantic says: the words of our own check, or Pydantic's with its values apart."""
    context = finding.get("ctx", {})
    if isinstance(own := context.get("error"), ValueError):
        return Text(own.args[0] if own.args and isinstance(own.args[0], str) else str(own))
    template = FINDINGS.get(finding["type"])
    return Text.of(finding["msg"], template, context) if template else Text(finding["msg"])


def pointer(location: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)

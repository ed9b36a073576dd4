"""What stands in a path: ids, and the keys of other systems."""

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from shared.base.ids import is_canonical


def _check_id(text: str) -> str:
    if not is_canonical(text):
        raise ValueError("write a UUID in its canonical form")
    return text


Id = Annotated[
    str,
    AfterValidator(_check_id),
    WithJsonSchema({"type": "string", "format": "uuid", "description": "The id of the resource."}),
]
"""An id in an address, as canonical text. In a path any other text answers 404, in a query 400."""
SourceName = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[a-z0-9][a-z0-9_.-]{0,39}$",
            "description": "The system it came from.",
        }
    ),
]
"""Which system a key is of. Anything else than the pattern answers 422, as in a body."""
ExternalKey = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": 200, "description": "Its key in that system."}
    ),
]
"""The key there."""

"""What Pydantic finds wrong with content, as a refusal with JSON pointers."""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from shared.base.errors import Fault, Invalid


def invalid_from(error: ValidationError, base: Sequence[str | int] = ()) -> Invalid:
    """Pydantic's findings with a JSON pointer each, without the input."""
    faults = [
        Fault(e["type"], _message(e["msg"]), pointer=pointer((*base, *e["loc"])))
        for e in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    count = len(faults)
    return Invalid(f"{count} member{'s are' if count > 1 else ' is'} not valid", *faults)


def _message(message: str) -> str:
    return message.removeprefix("Value error, ")


def pointer(location: Iterable[str | int]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)

"""The checks of a request that follow from its declaration: of the media types it wants, its parameters and its headers.

Each is made once for an operation; one that has nothing to check is None.
"""

import re
from collections.abc import Callable, Sequence

from shared.base.errors import Fault, Malformed, NotAcceptable
from shared.base.texts import Text
from shared.http.call import Call
from shared.http.operation import Parameter

NOT_AS_DESCRIBED = Text("not written as it is described")

Check = Callable[[Call], None]


def accept_check(produces: Sequence[str]) -> Check:
    """Refuse (406) an Accept that names nothing which the operation answers."""
    families = {kind.split("/")[0] for kind in produces}

    def check(call: Call) -> None:
        accept = call.sent[b"accept"]
        if accept == b"*/*":
            return
        wanted = {part.split(b";")[0].strip().decode("latin-1") for part in accept.split(b",")}
        if "*/*" in wanted or "" in wanted:
            return
        if wanted.isdisjoint(produces) and wanted.isdisjoint(f"{family}/*" for family in families):
            raise NotAcceptable(Text("this operation answers {names}", names=", ".join(produces)))

    return check


def parameter_check(parameters: Sequence[Parameter]) -> Callable[[dict[str, list[str]]], None]:
    """Refuse (400) what OpenAPI says a parameter does not hold: how often it is given, and of which values."""
    by_name = {parameter.name: parameter for parameter in parameters}

    def check(query: dict[str, list[str]]) -> None:
        for name in by_name if len(query) > 1 else query:  # the first fault in the order of the declaration
            if name in query and name in by_name:
                _check_values(by_name[name], query[name])

    return check


def _check_values(parameter: Parameter, values: list[str]) -> None:
    if len(values) > 1 and not parameter.many:
        fault = Fault("duplicate", "given twice", parameter=parameter.name)
        raise Malformed(Text("{name} is given twice", name=parameter.name), fault)
    if parameter.most is not None and len(values) > parameter.most:
        raise _not_acceptable(parameter.name, Text("at most {most} values", most=parameter.most))
    allowed = parameter.schema.get("enum")
    if allowed and not set(values) <= set(allowed):
        raise _not_acceptable(parameter.name, Text("of {names}", names=", ".join(allowed)))
    pattern = parameter.schema.get("pattern")
    if pattern and not all(re.search(pattern, value) for value in values):
        raise _not_acceptable(parameter.name, as_described(parameter))


def header_check(headers: Sequence[Parameter]) -> Check | None:
    """Refuse (400) a header that does not look as the operation declares it."""
    patterned = [
        (header, re.compile(header.schema["pattern"])) for header in headers if header.schema.get("pattern")
    ]
    if not patterned:
        return None

    def check(call: Call) -> None:
        for header, pattern in patterned:
            value = call.header(header.name)
            if value is not None and not pattern.search(value):
                fault = Fault("invalid", as_described(header), header=header.name)
                raise Malformed(Text("{name} is not acceptable", name=header.name), fault)

    return check


def as_described(parameter: Parameter) -> Text:
    """The description, which is English as the whole document is; for others that it is not followed."""
    return Text.of(parameter.description, NOT_AS_DESCRIBED, {})


def _not_acceptable(parameter: str, detail: str) -> Malformed:
    fault = Fault("invalid", detail, parameter=parameter)
    return Malformed(
        Text("{parameter} is not acceptable", parameter=parameter), fault, code="invalid_parameter"
    )

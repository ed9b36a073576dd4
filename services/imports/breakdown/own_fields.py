"""Fields of another system's own, brought into the fields of the organisation that are called the same."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.imports.breakdown.drafts import WITHOUT_IT, Drafts, ProjectDraft
from services.imports.breakdown.records import certain_day, is_yes, number_of
from services.imports.breakdown.texts import amount_of, line_of
from services.imports.server import Server
from shared.base.text import folded
from shared.base.texts import Text
from shared.contracts.forms.own import DEFINITIONS

OF_PROJECTS = "projects.project"
LONGEST = 500
LOSS = (
    Text("a field of the other system's own"),
    Text("declare an active field of projects with this label, and import again"),
)

Definition = Mapping[str, Any]


async def fill(server: Server, drafts: Drafts) -> None:
    """Give each project the values of fields that are declared; the others are losses, by name."""
    if not any(project.own for project in drafts.projects):
        return
    definitions: dict[str, Definition] = {}
    async for page in server.pages(DEFINITIONS, [("state", "active")]):
        for one in page:
            if one["aggregate"] == OF_PROJECTS:
                for name in (one["name"], *(label["text"] for label in one["label"])):
                    definitions[_comparable(name)] = one
    for project in drafts.projects:
        for name, value in project.own.items():
            definition = definitions.get(_comparable(name))
            if definition is None or definition["type"] == "person":
                drafts.losses.add(Text("field {name} of projects", name=name), 1, *LOSS)
            else:
                _give(project, name, value, definition, drafts)


def _comparable(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", folded(name)))


def _give(project: ProjectDraft, name: str, value: Any, definition: Definition, drafts: Drafts) -> None:
    try:
        project.custom[definition["name"]] = _read(value, definition, project.currency)
    except ValueError as error:
        drafts.findings.add(
            project.file, project.line, "unreadable_value", error.args[0], WITHOUT_IT, project.key,
            lost=True, column=name, value=str(value), title=project.name,
        )  # fmt: skip


def _read(value: Any, definition: Definition, currency: str) -> Any:
    """The value as the type of the field has it; ValueError with the reason."""
    text = line_of(str(value), LONGEST)
    match definition["type"]:
        case "number":
            return float(_number(value).quantize(Decimal("0.01")))
        case "money":
            if (amount := amount_of(_number(value), currency)) is None:
                raise ValueError(Text("its currency is not known: say the currency"))
            return amount
        case "yes_no":
            return value if isinstance(value, bool) else is_yes(text)
        case "day":
            if (day := certain_day(text)) is None:
                raise ValueError(Text("it is no day, or one that may be read in two ways"))
            return day.isoformat()
        case "choice":
            same = [choice for choice in definition["choices"] if folded(choice) == folded(text)]
            if not same:
                raise ValueError(Text("it is none of the choices of the field"))
            return same[0]
        case _:
            return text


def _number(value: Any) -> Decimal:
    number = Decimal(str(value)) if isinstance(value, int | float) else number_of(str(value))
    if not number.is_finite() or abs(number) > 10**12:
        raise ValueError(Text("the number is too large"))
    return number

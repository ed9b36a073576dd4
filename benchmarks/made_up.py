"""Aggregates of the usual size, made up: what a hundred more of them cost is measured before they are there.

Each is declared as a real one is: a contract with ten members, a state and four facts of its own, its table, its
lifecycle and its register with routes. They are written as files, since descriptions are read from the source.
"""

import compileall
import importlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import uvloop

from shared.base.settings import Settings

SERVICES = ("projects", "resources", "finance", "risk")
PER_GROUP = 5

CONTRACT_HEAD = '''"""Aggregates that a benchmark made up."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.base.money import Money
from shared.contracts.language import Aggregate, Day, Fact, Id, Line, Percent, Prose, Reasoned, Shape, aggregate, fact
from shared.contracts.members import at_creation, filterable, label, names, not_given, searched, sortable
'''

CONTRACT = '''

class {name}State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_FORCE = "in_force"
    CLOSED = "closed"


class {name}Kind(StrEnum):
    INTERNAL = "internal"
    EXTERNAL = "external"
    MIXED = "mixed"


@aggregate("{service}", "{collection}", key="project_id")
class {name}(Aggregate):
    """Something of a project that has to be agreed: who wants it, until when, and what it costs.

    It is written, submitted, put in force and closed.
    """

    project_id: Annotated[Id, names("project"), filterable, at_creation]
    """The project it belongs to."""
    title: Annotated[Line, label, sortable, searched]
    """What it is about, in a few words."""
    kind: Annotated[{name}Kind, filterable] = {name}Kind.INTERNAL
    """Between whom it is agreed."""
    background: Prose = ""
    """What is so today."""
    content: Prose = ""
    """What is agreed."""
    amount: Annotated[Money | None, filterable] = None
    """What it costs; null where nobody has said."""
    due_on: Annotated[Day | None, sortable] = None
    """Until when it has to be done."""
    owner_id: Annotated[Id | None, names("person"), filterable] = None
    """Who answers for it."""
    share: Percent = 100
    """The part of it that this project carries."""
    score: Annotated[int | None, Field(ge=1, le=25), sortable, not_given] = None
    """How much it matters; null until it is submitted."""
    state: Annotated[{name}State, filterable, not_given] = {name}State.DRAFT
    """Where it stands; moves change it."""


class {name}Submission(Shape):
    """What is told when it is submitted."""

    score: Annotated[int, Field(ge=1, le=25)]
    """How much it matters."""
    note: Prose | None = None
    """Whatever helps to decide."""


@fact({name}, "submitted")
class {name}Submitted(Fact):
    """It waits for a decision."""

    score: Annotated[int, Field(ge=1, le=25)]
    """How much it matters."""


@fact({name}, "put_in_force")
class {name}PutInForce(Reasoned):
    """It holds from now on."""


@fact({name}, "sent_back")
class {name}SentBack(Reasoned):
    """It is written anew."""


@fact({name}, "closed")
class {name}Closed(Reasoned):
    """It is done, or given up."""
'''

API_HEAD = '''"""Registers that a benchmark made up."""

from made_up_contracts_{group} import *
from services.{service}.tables import Model
from shared.base.errors import Conflict
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.register import Register, is_revised
from shared.domain.work import Work
from shared.http.collection import register_routes
from shared.http.routes import Routes
from shared.runtime.service import Group
from shared.store.rows import table_of

ROUTES, REGISTERS = [], []
'''

API = """
{name}Row = table_of({name}, Model)


def submit_{number}(one: {name}, occasion: Occasion) -> None:
    one.score = occasion.body.score


LIFECYCLE_{number} = Lifecycle(
    "state",
    {{
        "submit": Move({name}State.DRAFT, {name}State.SUBMITTED, {name}Submitted, needs="write",
                       takes={name}Submission, effect=submit_{number}),
        "put-in-force": Move({name}State.SUBMITTED, {name}State.IN_FORCE, {name}PutInForce),
        "send-back": Move({name}State.SUBMITTED, {name}State.DRAFT, {name}SentBack),
        "close": Move(({name}State.DRAFT, {name}State.IN_FORCE), {name}State.CLOSED, {name}Closed),
    }},
)


async def check_{number}(work: Work, one: {name}) -> None:
    before = work.before(one)
    if before is not None and is_revised(one, before) and one.state is {name}State.CLOSED:
        raise Conflict("what is closed stays as it was", code="closed")


REGISTER_{number} = Register({name}, {name}Row, check=check_{number}, lifecycle=LIFECYCLE_{number})
routes_{number} = Routes("{service}", "{name}s")
register_routes(routes_{number}, REGISTER_{number})
ROUTES.append(routes_{number})
REGISTERS.append(REGISTER_{number})
"""

GROUP = "\nGROUP = Group(routes=tuple(ROUTES), registers=tuple(REGISTERS))\n"


def write(folder: Path, number: int) -> None:
    """The files of `number` aggregates, `PER_GROUP` in a group, the groups spread over the services."""
    for group in range(0, number, PER_GROUP):
        service = SERVICES[group // PER_GROUP % len(SERVICES)]
        names = [
            {
                "name": f"MadeUp{n:03}",
                "number": f"{n:03}",
                "collection": f"made-up-{n:03}",
                "service": service,
            }
            for n in range(group, min(group + PER_GROUP, number))
        ]
        contracts = CONTRACT_HEAD + "".join(CONTRACT.format(**each) for each in names)
        (folder / f"made_up_contracts_{group}.py").write_text(contracts)
        api = API_HEAD.format(group=group, service=service) + "".join(API.format(**each) for each in names)
        (folder / f"made_up_api_{group}.py").write_text(api + GROUP)
    compileall.compile_dir(folder, quiet=2)


def read(folder: Path) -> list[tuple[str, Any]]:
    """(service, group) of each file; importing them is what a process does with real ones."""
    sys.path.insert(0, str(folder))
    files = sorted(folder.glob("made_up_api_*.py"))
    modules = [importlib.import_module(file.stem) for file in files]
    return [(module.ROUTES[0].service, module.GROUP) for module in modules]


def main(folder: str, data: str) -> None:
    """Start all five services with the made-up groups; print CPU seconds and resident megabytes at each step."""
    import services.embedded as embedded_services
    from shared.runtime.memory import freeze_modules

    tell("services")
    added = read(Path(folder))
    tell("declared")
    embedded_services.SERVICES = tuple(
        replace(service, groups=(*service.groups, *(group for name, group in added if name == service.name)))
        for service in embedded_services.SERVICES
    )

    async def start() -> None:
        async with embedded_services.embedded(Settings(data=Path(data))):
            freeze_modules()
            tell("ready")

    uvloop.run(start())


def tell(step: str) -> None:
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    print(f"{step} {process_time():.3f} {resident:.1f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

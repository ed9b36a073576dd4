"""When a risk register is open: from the approval of its project to the end."""

from collections.abc import Iterator

from shared.contracts.language import Fact
from shared.contracts.projects.structure import Stage
from shared.contracts.risk.risks import Register, RegisterClosed, RegisterOpened
from shared.domain.stages import ENDED, RUNNING


def open_(register: Register) -> RegisterOpened:
    register.open = True
    return RegisterOpened()


def close(register: Register, stage: Stage) -> RegisterClosed:
    register.open = False
    return RegisterClosed(reason=f"the project was {stage.value}")


def follow(register: Register, stage: Stage) -> Iterator[Fact]:
    """What follows from a stage of the project; a second time nothing does."""
    if register.open and stage in ENDED:
        yield close(register, stage)
    elif not register.open and stage in RUNNING:
        yield open_(register)

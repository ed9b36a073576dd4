"""When a risk register is open: from the approval of its project to the end."""

from shared.contracts.projects.structure import Stage
from shared.contracts.risk.risks import Register, RegisterClosed, RegisterOpened


def open_(register: Register) -> RegisterOpened:
    register.open = True
    return RegisterOpened()


def close(register: Register, stage: Stage) -> RegisterClosed:
    register.open = False
    return RegisterClosed(reason=f"the project was {stage.value}")

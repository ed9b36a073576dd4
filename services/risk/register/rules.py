"""When a risk register is open: from the approval of its project to the end."""

from shared.contracts.projects import Stage
from shared.contracts.risk import Register, RegisterClosed, RegisterOpened

RUNNING = (Stage.APPROVED, Stage.ACTIVE, Stage.ON_HOLD, Stage.CLOSING)
ENDED = (Stage.CLOSED, Stage.DISCONTINUED)


def was_approved(stage: Stage) -> bool:
    """Whether the stage shows an approval; a project may be discontinued without one."""
    return stage in RUNNING or stage is Stage.CLOSED


def open_(register: Register) -> RegisterOpened:
    register.open = True
    return RegisterOpened()


def close(register: Register, stage: Stage) -> RegisterClosed:
    register.open = False
    return RegisterClosed(reason=f"the project was {stage.value}")

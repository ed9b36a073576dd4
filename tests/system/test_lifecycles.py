"""Every lifecycle allows exactly the moves that its table says, from every state."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.embedded import SERVICES
from shared.base.errors import IllegalMove
from shared.base.ids import new_id
from shared.base.money import Money
from shared.contracts.finance import BudgetLine
from shared.contracts.language import Aggregate, Shape, entry_of
from shared.contracts.projects import Project
from shared.contracts.resources import Allocation
from shared.contracts.risk import Rating, Risk
from shared.domain.lifecycle import Decision, Lifecycle, Occasion
from shared.domain.register import Register
from tests.support.lifecycles import expected_moves, read_moves, standing
from tests.support.rules import catalogue

THEN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)
EXAMPLES: dict[type[Aggregate], dict[str, Any]] = {
    Project: {"code": "P-1", "name": "ERP", "planned_start_on": FIRST, "planned_finish_on": LAST},
    BudgetLine: {"fiscal_year": 2026, "amount": Money.of(1, "CHF")},
    Risk: {"project_id": new_id(), "title": "Fire"},
    Allocation: {
        "person_id": new_id(), "project_id": new_id(), "starts_on": FIRST, "ends_on": LAST, "percent": 10,
    },
}  # fmt: skip
"""Members with which every move finds what it needs beside the state."""
BODIES: dict[type[Shape], Shape] = {Decision: Decision(), Rating: Rating(probability=2, impact=3)}

REGISTERS = [register for service in SERVICES for register in service.registers if register.lifecycle]


def name_of(register: Register[Any]) -> str:
    entry = entry_of(register.shape)
    return f"{entry.service}.{entry.name}"


def example(register: Register[Any], life: Lifecycle, state: str) -> Any:
    members = EXAMPLES[register.shape] | {life.member: state}
    return register.shape(id=new_id(), version=1, created_at=THEN, updated_at=THEN, **members)


@pytest.mark.parametrize("register", REGISTERS, ids=name_of)
def test_every_state_allows_the_moves_of_the_table_and_no_others(register: Register[Any]) -> None:
    life = register.lifecycle
    assert life is not None
    expected = expected_moves(name_of(register))
    assert life.moves.keys() == expected.keys()
    states = register.shape.model_fields[life.member].annotation
    assert states is not None
    for state in map(str, states):  # type: ignore[call-overload]
        allowed = {verb for verb, ends in expected.items() if state in ends}
        assert set(life.allowed(example(register, life, state))) == allowed, state
        for verb, move in life.moves.items():
            one = example(register, life, state)
            occasion = Occasion(BODIES[move.takes], LAST)
            if verb in allowed:
                fact = life.make(one, verb, occasion)
                assert life.state(one) in expected[verb][state], f"{verb} from {state}"
                assert isinstance(fact, move.fact)
            else:
                with pytest.raises(IllegalMove) as refused:
                    life.make(one, verb, occasion)
                assert refused.value.extensions["state"] == state
                assert life.state(one) == state


@pytest.mark.parametrize("register", REGISTERS, ids=name_of)
def test_what_is_archived_allows_no_move(register: Register[Any]) -> None:
    life = register.lifecycle
    assert life is not None
    starts = next(iter(expected_moves(name_of(register)).values()))
    one = example(register, life, next(iter(starts)))
    assert life.allowed(one) != []
    one.archived_at = THEN
    assert life.allowed(one) == []


def test_every_lifecycle_of_the_table_stands() -> None:
    assert standing().keys() == {
        name_of(register) for register in REGISTERS if name_of(register) in standing()
    }


def test_the_moves_of_the_whole_catalogue_can_be_read() -> None:
    """The lifecycle of the next aggregate is tested as soon as it stands."""
    read = {name: read_moves(entry.get("moves", ())) for name, entry in catalogue().items()}
    assert read["risk.risk"]["escalate"]["monitored"] == {"assessed", "monitored"}
    assert "expire" not in read["finance.contract"], "the system's moves have no route"

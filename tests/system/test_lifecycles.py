"""Every lifecycle allows exactly the moves that its table says, from every state."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.embedded import SERVICES
from shared.base.errors import IllegalMove
from shared.base.ids import new_id
from shared.contracts.language import Aggregate, entry_of
from shared.domain.lifecycle import Lifecycle, Occasion
from shared.domain.register import Register
from tests.support.lifecycles import Expected, expected, read_moves, standing
from tests.support.rules import catalogue

THEN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 31)
REGISTERS = [register for service in SERVICES for register in service.registers if register.lifecycle]


def name_of(register: Register[Any]) -> str:
    entry = entry_of(register.shape)
    return f"{entry.service}.{entry.name}"


def example(register: Register[Any], life: Lifecycle, table: Expected, state: str) -> Aggregate:
    always = {"id": new_id(), "version": 1, "created_at": THEN, "updated_at": THEN}
    created: Aggregate = register.shape.model_validate({**always, **table.example, life.member: state})
    return created


def states(register: Register[Any], life: Lifecycle) -> list[str]:
    choices: Any = register.shape.model_fields[life.member].annotation
    return [choice.value for choice in choices]


@pytest.mark.parametrize("register", REGISTERS, ids=name_of)
def test_every_state_allows_the_moves_of_the_table_and_no_others(register: Register[Any]) -> None:
    life, table = register.lifecycle, expected(name_of(register))
    assert life is not None
    assert life.moves.keys() == table.moves.keys(), (
        "tests/lifecycles.yaml says otherwise: write its moves there"
    )
    for state in states(register, life):
        allowed = {verb for verb, ends in table.moves.items() if state in ends}
        assert set(life.allowed(example(register, life, table, state))) == allowed, state
        for verb, move in life.moves.items():
            one = example(register, life, table, state)
            occasion = Occasion(move.takes.model_validate(table.bodies.get(verb, {})), DAY)
            if verb in allowed:
                fact = life.make(one, verb, occasion)
                assert life.state(one) in table.moves[verb][state], f"{verb} from {state}"
                assert isinstance(fact, move.fact)
            else:
                with pytest.raises(IllegalMove) as refused:
                    life.make(one, verb, occasion)
                assert refused.value.extensions["state"] == state
                assert life.state(one) == state


@pytest.mark.parametrize("register", REGISTERS, ids=name_of)
def test_what_is_archived_allows_no_move(register: Register[Any]) -> None:
    life, table = register.lifecycle, expected(name_of(register))
    assert life is not None
    assert table.moves, "tests/lifecycles.yaml has no moves of it"
    one = example(register, life, table, next(iter(next(iter(table.moves.values())))))
    assert life.allowed(one) != []
    one.archived_at = THEN
    assert life.allowed(one) == []


def test_every_lifecycle_of_the_table_stands() -> None:
    assert standing().keys() <= {name_of(register) for register in REGISTERS}


def test_the_moves_of_the_whole_catalogue_can_be_read() -> None:
    """The lifecycle of the next aggregate is tested as soon as it stands."""
    read = {name: read_moves(entry.get("moves", ())) for name, entry in catalogue().items()}
    assert read["risk.risk"]["escalate"]["monitored"] == {"assessed", "monitored"}
    assert "expire" not in read["finance.contract"], "the system's moves have no route"

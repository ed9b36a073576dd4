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
    """One test per aggregate: a hundred of them have some thousand cases. A failure names each case that is wrong."""
    life, table = register.lifecycle, expected(name_of(register))
    assert life is not None
    assert life.moves.keys() == table.moves.keys(), (
        "tests/lifecycles.yaml says otherwise: write its moves there"
    )
    cases = [(state, verb) for state in states(register, life) for verb in life.moves]
    assert [wrong for case in cases if (wrong := fault(register, life, table, *case))] == []


def fault(register: Register[Any], life: Lifecycle, table: Expected, state: str, verb: str) -> str:
    """What is wrong with one move from one state; empty where it is as the table says."""
    one, starts = example(register, life, table, state), table.moves[verb]
    if (verb in life.allowed(one)) != (state in starts):
        return f"{verb} from {state} is {'not offered' if state in starts else 'offered'}"
    move = life.moves[verb]
    try:
        fact = life.make(one, verb, Occasion(move.takes.model_validate(table.bodies.get(verb, {})), DAY))
    except IllegalMove as refused:
        if state in starts:
            return f"{verb} from {state} is refused"
        if refused.extensions["state"] == life.state(one) == state:
            return ""
        return f"{verb} from {state} is refused, and leaves {life.state(one)}"
    if state not in starts:
        return f"{verb} from {state} is done"
    if life.state(one) not in starts[state] or not isinstance(fact, move.fact):
        return f"{verb} from {state} leads to {life.state(one)} and tells {type(fact).__name__}"
    return ""


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

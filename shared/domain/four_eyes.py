"""Four eyes: nobody decides what they made or submitted (ADR 0046).

Beside each aggregate that has moves which decide, the kernel keeps who made it and who submitted it last: the login, as a
hash, and the person it was linked to. A caller is the same as one of those if the login is the same, or if both logins are of
one person, then or now. It is asked in one place, before a move that decides (`shared.domain.register.move`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.base.errors import Forbidden
from shared.contracts.language import Aggregate, Decided, Fact, OwnDecision, entry_of
from shared.contracts.projects.organisation import FourEyes
from shared.domain.lifecycle import Lifecycle
from shared.domain.work import Work

PERSON_OF = "(SELECT MIN(person_id) FROM access_login WHERE hash = ? AND counts = 1)"
WRITE_MAKER = f"INSERT INTO authorship (id, made_by, made_by_person) VALUES (?, ?, {PERSON_OF}) ON CONFLICT (id) DO NOTHING"
WRITE_SUBMITTER = f"""
INSERT INTO authorship (id, submitted_by, submitted_by_person) VALUES (?, ?, {PERSON_OF})
ON CONFLICT (id) DO UPDATE SET submitted_by = excluded.submitted_by, submitted_by_person = excluded.submitted_by_person
"""
READ_AUTHORS = """
SELECT a.id, a.made_by, a.submitted_by, a.made_by_person, a.submitted_by_person,
    (SELECT MIN(person_id) FROM access_login WHERE hash = a.made_by AND counts = 1),
    (SELECT MIN(person_id) FROM access_login WHERE hash = a.submitted_by AND counts = 1)
FROM authorship a WHERE a.id IN ({marks})
"""
PERSON = "SELECT MIN(person_id) FROM access_login WHERE hash = ? AND counts = 1"
MODE = "SELECT four_eyes FROM access_organisation ORDER BY version DESC LIMIT 1"


class Authors(NamedTuple):
    """Who made an aggregate and who submitted it last: logins as hashes, and ids of persons."""

    logins: frozenset[str]
    persons: frozenset[str]


def note_made(work: Work, one: Aggregate) -> None:
    """Keep who makes it: nobody where a reaction does."""
    if work.login:
        work.add_statement(WRITE_MAKER, [(str(one.id), work.login, work.login)])


def note_submitted(work: Work, one: Aggregate) -> None:
    """Keep who submits it, in place of who did before."""
    if work.login:
        work.add_statement(WRITE_SUBMITTER, [(str(one.id), work.login, work.login)])


async def own_among(work: Work, ids: Sequence[str]) -> set[str]:
    """Those of some aggregates that the caller made or submitted, under this login or another one of the same person."""
    if not work.login or not ids:
        return set()
    authors = await _authors(work, ids)
    if not authors:
        return set()
    [(person,)] = await work.store.fetch(PERSON, (work.login,))
    return {id for id, who in authors.items() if work.login in who.logins or person in who.persons}


async def _authors(work: Work, ids: Sequence[str]) -> Mapping[str, Authors]:
    marks = ", ".join("?" * len(ids))
    rows = await work.store.fetch(READ_AUTHORS.format(marks=marks), ids)
    return {
        id: Authors(_those_of(made_by, submitted_by), _those_of(*persons))
        for id, made_by, submitted_by, *persons in rows
    }


def _those_of(*values: str | None) -> frozenset[str]:
    return frozenset(value for value in values if value is not None)


async def allowed_exception(work: Work, service: str) -> OwnDecision | None:
    """Why the caller may decide what is their own: None where they may not.

    Who imports tells what was decided elsewhere, and may set the stage itself.
    """
    if f"{service}.import" in work.scopes:
        return OwnDecision.DECIDED_ELSEWHERE
    rows = await work.store.fetch(MODE)
    return OwnDecision.RELAXED if rows and rows[0][0] == FourEyes.RELAXED.value else None


async def refuse_own(work: Work, life: Lifecycle, entity: Aggregate, name: str) -> OwnDecision | None:
    """Refuse (403 `four_eyes`) a move that decides to who made or submitted the aggregate.

    Where it passes all the same, the answer says why: it has to stand on the fact.
    """
    if not life.needs_four_eyes(name) or not await own_among(work, [str(entity.id)]):
        return None
    exception = await allowed_exception(work, entry_of(type(entity)).service)
    if exception is None or not issubclass(life.moves[name].fact, Decided):
        raise Forbidden(
            "nobody decides what they made or submitted: somebody else who decides here does",
            code="four_eyes",
        )
    return exception


def mark(fact: Fact, exception: OwnDecision | None) -> None:
    """Have a decision tell that it was taken by who made or submitted what was decided."""
    if exception is not None and isinstance(fact, Decided):
        fact.own_decision = exception

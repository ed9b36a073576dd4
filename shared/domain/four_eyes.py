"""Four eyes: nobody decides what they made or submitted (ADR 0046).

Beside each aggregate that has moves which decide, the kernel keeps who made it and who submitted it last: the login, as a
hash, and the person it was linked to. A caller is the same as one of those if the login is the same, or if both logins are of
one person, then or now. It is asked in one place, before a move that decides (`shared.domain.register.move`).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from shared.base.errors import Forbidden
from shared.base.texts import Text
from shared.contracts.language import Aggregate, Decided, Fact, OwnDecision, entry_of
from shared.contracts.projects.organisation import FourEyes
from shared.domain.lifecycle import Lifecycle
from shared.domain.reading import Memory
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


NOTED: Memory[UUID, tuple[bool, bool]] = Memory(
    "whether the unit's own caller makes and submits something, by id"
)
"""An item of a batch may decide what an earlier one made: the table does not have that yet."""
NEITHER = (False, False)
OWN = Text("nobody decides what they made or submitted: somebody else who decides here does")


class Author(NamedTuple):
    """A login as a hash, and the ids of the persons that it was and is linked to."""

    login: str | None
    persons: frozenset[str]

    def is_caller(self, login: str, person: str | None) -> bool:
        return self.login == login or person in self.persons


class Authors(NamedTuple):
    """Who made an aggregate, and who submitted it last."""

    maker: Author
    submitter: Author


def note_made(work: Work, one: Aggregate) -> None:
    """Keep who makes it: nobody where a reaction does."""
    if work.login:
        work.memory(NOTED)[one.id] = (True, False)
        work.add_statement(WRITE_MAKER, [(str(one.id), work.login, work.login)])


def note_submitted(work: Work, one: Aggregate) -> None:
    """Keep who submits it, in place of who did before."""
    if work.login:
        noted = work.memory(NOTED)
        noted[one.id] = (noted.get(one.id, NEITHER)[0], True)
        work.add_statement(WRITE_SUBMITTER, [(str(one.id), work.login, work.login)])


def note_history(work: Work, life: Lifecycle | None, one: Aggregate, fact: Fact, login: str) -> None:
    """The same of a version that another instance wrote, with the login of who made or submitted it there."""
    if life is None or not life.notes_authors:
        return
    if one.version == 1:
        work.add_statement(WRITE_MAKER, [(str(one.id), login, login)])
    if any(life.submits(name) and isinstance(fact, move.fact) for name, move in life.moves.items()):
        work.add_statement(WRITE_SUBMITTER, [(str(one.id), login, login)])


async def own_among(work: Work, life: Lifecycle, entities: Sequence[Aggregate]) -> set[str]:
    """The ids of those aggregates that the caller made or submitted, under this login or another one of the same person, or
    that name the person as one of the `authors` of the lifecycle."""
    shares = await _shares(work, [str(entity.id) for entity in entities])
    own = {id for id, share in shares.items() if any(share)}
    person = await _person(work) if life.authors and entities else None
    if person is None:
        return own
    return own | {
        str(entity.id)
        for entity in entities
        if any(str(getattr(entity, member)) == person for member in life.authors)
    }


async def submitted_among(work: Work, entities: Sequence[Aggregate]) -> set[str]:
    """The ids of those aggregates that the caller submitted, under this login or another one of the same person."""
    shares = await _shares(work, [str(entity.id) for entity in entities])
    return {id for id, (_, is_submitter) in shares.items() if is_submitter}


async def submitters_of(work: Work, one: Aggregate) -> frozenset[str]:
    """The ids of the persons to whom the login is or was linked that submitted it last."""
    authors = await _authors(work, [str(one.id)])
    return authors[str(one.id)].submitter.persons if authors else frozenset()


async def _shares(work: Work, ids: Sequence[str]) -> Mapping[str, tuple[bool, bool]]:
    """For each aggregate that has authors: whether the caller made it, and whether they submitted it."""
    if not work.login or not ids:
        return {}
    shares = {str(id): share for id, share in work.memory(NOTED).items() if str(id) in ids}
    authors = await _authors(work, ids)
    person = await _person(work) if authors else None
    for id, who in authors.items():
        made_here, submitted_here = shares.get(id, NEITHER)
        shares[id] = (
            made_here or who.maker.is_caller(work.login, person),
            submitted_here or who.submitter.is_caller(work.login, person),
        )
    return shares


async def _person(work: Work) -> str | None:
    """The person to whom the caller's login is linked."""
    if not work.login:
        return None
    [(person,)] = await work.store.fetch(PERSON, (work.login,))
    return None if person is None else str(person)


async def refuse_others(work: Work, life: Lifecycle, entity: Aggregate, name: str) -> None:
    """Refuse (403 `not_for_you`) a move that is for the author to who neither is that nor writes here, and one that is for one
    person to everybody else."""
    if life.moves[name].for_author and not await may_as_author(work, life, entity):
        raise Forbidden("only who made or submitted it, or who writes here, does this", code="not_for_you")
    [is_for_caller] = await for_caller(work, life, name, [entity])
    if not is_for_caller:
        person = life.moves[name].by_person
        if person is not None and person(entity) is None:
            raise Forbidden(OWN, code="four_eyes")
        raise Forbidden("only the person who is asked does this", code="not_for_you")


async def for_caller(work: Work, life: Lifecycle, name: str, entities: Sequence[Aggregate]) -> list[bool]:
    """Of which of these aggregates a move that is for one person is the caller's: all, where it is for nobody alone.

    Who imports tells what that person said elsewhere."""
    person_of = life.moves[name].by_person
    if person_of is None or work.rights is None:
        return [True] * len(entities)
    persons = [person_of(entity) for entity in entities]
    if any(f"{entry_of(type(entity)).service}.import" in work.scopes for entity in entities):
        return [person is not None for person in persons]
    caller = await _person(work)
    return [person is not None and str(person) == caller for person in persons]


async def author_persons(work: Work, one: Aggregate) -> frozenset[str]:
    """The persons whose logins made an aggregate and submitted it last, as they were linked and are; with whom the unit notes
    as one of those."""
    authors = (await _authors(work, [str(one.id)])).get(str(one.id))
    persons = frozenset[str]() if authors is None else authors.maker.persons | authors.submitter.persons
    caller = await _person(work) if any(work.memory(NOTED).get(one.id, NEITHER)) else None
    return persons if caller is None else persons | {caller}


async def may_as_author(work: Work, life: Lifecycle, entity: Aggregate) -> bool:
    """Whether the caller writes where an aggregate lies, or made or submitted it."""
    is_allowed = work.rights is None or may_write(work, entity)
    return is_allowed or bool(await own_among(work, life, [entity]))


def may_write(work: Work, entity: Aggregate) -> bool:
    return f"{entry_of(type(entity)).service}.write" in work.allowed_scopes(entity)


async def _authors(work: Work, ids: Sequence[str]) -> Mapping[str, Authors]:
    marks = ", ".join("?" * len(ids))
    rows = await work.store.fetch(READ_AUTHORS.format(marks=marks), ids)
    return {
        id: Authors(
            Author(maker, _those_of(maker_then, maker_now)),
            Author(submitter, _those_of(submitter_then, submitter_now)),
        )
        for id, maker, submitter, maker_then, submitter_then, maker_now, submitter_now in rows
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
    """Refuse (403 `four_eyes`) a move that decides to who made or submitted the aggregate, and one that is for another to
    who submitted it.

    Where it passes all the same, the answer says why: it has to stand on the fact.
    """
    if life.needs_four_eyes(name):
        is_own = bool(await own_among(work, life, [entity]))
    else:
        is_own = life.is_for_another(name, entity) and bool(await submitted_among(work, [entity]))
    if not is_own:
        return None
    exception = await allowed_exception(work, entry_of(type(entity)).service)
    if exception is None or not issubclass(life.moves[name].fact, Decided):
        raise Forbidden(
            OWN if life.needs_four_eyes(name) else "somebody else than who submitted it does this",
            code="four_eyes",
        )
    return exception


def mark(fact: Fact, exception: OwnDecision | None) -> None:
    """Have a decision tell that it was taken by who made or submitted what was decided."""
    if exception is not None and isinstance(fact, Decided):
        fact.own_decision = exception

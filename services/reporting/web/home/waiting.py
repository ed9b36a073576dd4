"""What waits for the reader: consent that is asked of them by name, decisions that they may take, what is due of theirs, who mentions them, memberships, and how
their computations ended.

What is in the directory is read there; what only the services know is asked of them, with the reader's own token.
"""

import asyncio
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from services.reporting.directory.kinds import kinds
from services.reporting.directory.sight import EVERYTHING, Verb, sight_in, visible_rows
from services.reporting.web.home.reader import Reader, excerpt
from services.reporting.web.long_work import OPEN, OPERATIONS, STATES
from services.reporting.web.long_work import address_of as operation_address
from services.reporting.web.registers.naming import address_of, page_of
from services.reporting.web.registers.values import Name
from shared.base.clock import from_micros, now, to_micros, to_wire
from shared.base.errors import Refusal
from shared.contracts.forms import Entry, by_kind, entry_by_key
from shared.domain.access.conditions import visible
from shared.domain.access.roles import SERVICES

CANDIDATES = 60
"""So many things that wait are looked at; of those the ones that the reader may decide are shown."""
AT_FIRST = 10
AHEAD = timedelta(days=14)
"""What is due so soon is shown."""
MOST_IDS = 150
MENTIONED = timedelta(days=30)
MEMBERSHIP = "projects.membership"
APPROVAL, ASKED_MOST = "projects.approval", 50
MENTIONS, PRINCIPAL = "mentions", "principal.person_id"
NOT_ANSWERED_FOR = (MENTIONS, PRINCIPAL, "author_id", "decided_by")
"""Members that name a person who does not answer for the aggregate."""


@dataclass(frozen=True)
class Item:
    """One line of what waits."""

    id: str
    kind: str
    """What it is, in the language of the page."""
    title: str
    address: str
    at: datetime
    """Since when it waits, or when it is due."""
    within: Name | None = None
    """In what it lies."""
    words: str = ""
    """What there is to do, or what happened."""
    author: Name | None = None
    """Who wrote it."""
    is_late: bool = False
    is_new: bool = False
    """Whether it came since the last visit."""


@dataclass(frozen=True)
class Waiting:
    """All of it."""

    approvals: Sequence[Item]
    decisions: Sequence[Item]
    dues: Sequence[Item]
    mentions: Sequence[Item]
    memberships: Sequence[Item]
    operations: Sequence[Item]
    answered_for: Sequence[tuple[str, str, int]]
    """Label, address of the list, and how many there are."""
    away: Sequence[str]
    """Services that did not answer."""

    @property
    def is_empty(self) -> bool:
        return not (
            self.approvals
            or self.decisions
            or self.dues
            or self.mentions
            or self.memberships
            or self.operations
        )


async def waiting(reader: Reader) -> Waiting:
    """What waits for the reader, each list by what is most urgent."""
    away: set[str] = set()
    approvals, (decisions, dues, mentions, memberships, operations, answered_for) = await asyncio.gather(
        _approvals(reader, away),
        asyncio.gather(
            _decisions(reader, away), _dues(reader, away), _mentions(reader), _memberships(reader),
            _operations(reader, away), _answered_for(reader),
        ),
    )  # fmt: skip
    return Waiting(approvals, decisions, dues, mentions, memberships, operations, answered_for, sorted(away))


async def _answers(
    reader: Reader, away: set[str], path: str, query: Sequence[tuple[str, str]]
) -> list[dict[str, Any]]:
    """The items that a service answers; none where it is away."""
    service = path.split("/")[1]
    try:
        return [{"service": service, **one} for one in (await reader.api.get(path, query))["items"]]
    except Refusal as refusal:
        if refusal.status >= 500:
            away.add(service)
        return []


async def _approvals(reader: Reader, away: set[str]) -> list[Item]:
    """The approvals that are asked of the reader and that they may give, what is due first."""
    register = entry_by_key()[APPROVAL]
    if reader.person_id is None or not reader.call.rights.offered.issuperset(register.reads):
        return []
    query = [
        ("approver_id", reader.person_id), ("state", "requested"), ("expand", "allowed_moves"), ("sort", "due_on"),
        ("limit", str(ASKED_MOST)),
    ]  # fmt: skip
    states = [one for one in await _answers(reader, away, register.path, query) if one["allowed_moves"]]
    await reader.know(id for state in states for id in (*_places(state), state["on_behalf_of_id"]) if id)
    return [_approval(reader, register, state) for state in states]


def _approval(reader: Reader, register: Entry, state: Mapping[str, Any]) -> Item:
    """Due with the end of its day; where it has none, it has waited since it was asked for."""
    asked_at = datetime.fromisoformat(state["created_at"])
    zone = reader.call.kernel.settings.zone
    due_on = None if state["due_on"] is None else date.fromisoformat(state["due_on"])
    at = asked_at if due_on is None else datetime(due_on.year, due_on.month, due_on.day, tzinfo=zone)
    return Item(
        state["id"], reader.naming.one(register), state["title"],
        page_of("projects.decision_paper", state["paper_id"]), at, _within(reader, state),
        ", ".join(reader.naming.move(register, verb) for verb in state["allowed_moves"]),
        is_late=due_on is not None and due_on < now().astimezone(zone).date(),
        is_new=asked_at > reader.since,
    )  # fmt: skip


async def _decisions(reader: Reader, away: set[str]) -> list[Item]:
    """What stands in a state that waits for a decision which the reader may take: the service says so, four eyes included."""
    by_register: dict[str, list[str]] = {}
    for id, kind in await _candidates(reader):
        by_register.setdefault(kind, []).append(id)
    answers = await asyncio.gather(
        *(
            _answers(reader, away, kinds()[kind].register.path,
                   [*(("id", id) for id in ids), ("expand", "allowed_moves"), ("limit", str(len(ids)))])
            for kind, ids in by_register.items()
        )
    )  # fmt: skip
    pairs = [
        (kinds()[kind].register, state)
        for kind, states in zip(by_register, answers, strict=True)
        for state in states
    ]
    open_ones = [
        (register, state, moves) for register, state in pairs if (moves := _awaited(register, state))
    ]
    open_ones.sort(key=lambda one: (one[1]["updated_at"], one[1]["id"]))
    await reader.know(id for _, state, _ in open_ones for id in _places(state))
    return [_decision(reader, *one) for one in open_ones]


def verb_of(register: Entry) -> Verb:
    return cast(Verb, register.awaits)


def _awaited(register: Entry, state: Mapping[str, Any]) -> list[str]:
    """The decisions that the reader may take now."""
    awaited = register.awaited.get(state.get(register.state, ""), ())
    return [verb for verb in state.get("allowed_moves", ()) if verb in awaited]


def _decision(reader: Reader, register: Entry, state: Mapping[str, Any], moves: Sequence[str]) -> Item:
    verbs = ", ".join(reader.naming.move(register, verb) for verb in moves)
    at = datetime.fromisoformat(state["updated_at"])
    return Item(
        state["id"], reader.naming.one(register), reader.shower.title(register, state), address_of(register, state["id"]),
        at, _within(reader, state), verbs, is_new=at > reader.since,
    )  # fmt: skip


async def _candidates(reader: Reader) -> list[tuple[str, str]]:
    """Id and kind of what stands in a state that is decided, where the reader decides or is named; what waits longest first."""
    store, rights = reader.call.kernel.store, reader.call.rights
    texts, params = [], []
    for key, kind in kinds().items():
        condition, own = visible_rows(rights, store.dialect, verb_of(kind.register), among=(key,))
        for state in kind.register.awaited if condition != "1 = 0" else ():
            texts.append(
                "SELECT * FROM (SELECT d.aggregate_id, d.kind, d.since FROM directory d WHERE d.kind = ? AND d.state = ?"
                f" AND d.archived = 0 AND {condition} ORDER BY d.since, d.aggregate_id LIMIT {CANDIDATES}) one"
            )
            params += [key, state, *own]
        if kind.register.awaited and kind.register.persons and reader.person_id is not None:
            states = ", ".join("?" * len(kind.register.awaited))
            texts.append(
                "SELECT * FROM (SELECT d.aggregate_id, d.kind, d.since FROM directory_person p"
                " JOIN directory d ON d.aggregate_id = p.aggregate_id WHERE p.person_id = ? AND p.kind = ?"
                f" AND d.state IN ({states}) AND d.archived = 0 ORDER BY d.since, d.aggregate_id LIMIT {CANDIDATES}) one"
            )
            params += [reader.person_id, key, *kind.register.awaited]
    if not texts:
        return []
    text = f"SELECT aggregate_id, kind FROM ({' UNION '.join(texts)}) c ORDER BY since, aggregate_id LIMIT {CANDIDATES}"
    return [(row[0], row[1]) for row in await store.fetch(text, params)]


async def _dues(reader: Reader, away: set[str]) -> list[Item]:
    """What is late or soon due of what names the reader, or lies in what they answer for."""
    if reader.person_id is None:
        return []
    store = reader.call.kernel.store
    rows = await store.fetch(
        f"SELECT p.aggregate_id, p.kind FROM directory_person p WHERE p.person_id = ?"
        f" AND p.member NOT IN ({', '.join('?' * len(NOT_ANSWERED_FOR))}) ORDER BY p.aggregate_id DESC LIMIT {MOST_IDS}",
        (reader.person_id, *NOT_ANSWERED_FOR),
    )
    nodes = [id for id, kind in rows if kinds()[kind].entry.scope == ("id",)]
    soon = [
        ("due_at[lt]", to_wire(to_micros(now() + AHEAD))),
        ("stands", "true"),
        ("limit", str(2 * AT_FIRST)),
    ]
    questions: list[Awaitable[list[dict[str, Any]]]] = []
    for service in SERVICES:
        own = [id for id, kind in rows if kinds()[kind].entry.service == service]
        path = f"/{service}/v1/due"
        if own:
            questions.append(_answers(reader, away, path, [*(("aggregate_id", id) for id in own), *soon]))
        if nodes:
            questions.append(_answers(reader, away, path, [*(("scope_id", id) for id in nodes), *soon]))
    answers = await asyncio.gather(*questions)
    by_id = {one["id"]: one for answer in answers for one in answer}
    await reader.know(id for one in by_id.values() for id in (one["aggregate_id"], one["scope_id"]) if id)
    return sorted((_due(reader, one) for one in by_id.values()), key=lambda item: (item.at, item.id))


def _due(reader: Reader, one: Mapping[str, Any]) -> Item:
    service, kind = one["service"], one["aggregate_type"]
    register = by_kind(service)[kind]
    name, at = reader.name_of(one["aggregate_id"]), datetime.fromisoformat(one["due_at"])
    address = name.address if name else page_of(register.key, one["aggregate_id"])
    within = None if one["scope_id"] == one["aggregate_id"] else reader.name_of(one["scope_id"])
    _, _, fact = one["kind"].partition(".")
    words, is_late = reader.naming.fact(register, fact), at <= now()
    if not is_late:  # nothing has happened yet
        words = reader.shower.words.gettext("after that: %(what)s") % {"what": words[:1].lower() + words[1:]}
    return Item(
        one["id"], reader.naming.one(register), name.text if name else "", address, _last_moment(at), within, words,
        is_late=is_late, is_new=bool(one["told_at"]) and at > reader.since,
    )  # fmt: skip


def _last_moment(at: datetime) -> datetime:
    """What is due with the end of a day is due on that day, not on the next, which begins then."""
    return at - timedelta(microseconds=1)


async def _mentions(reader: Reader) -> list[Item]:
    """Comments that mention the reader, the newest first."""
    if reader.person_id is None:
        return []
    store, rights = reader.call.kernel.store, reader.call.rights
    texts, params = [], []
    for key, kind in kinds().items():
        if MENTIONS in kind.register.persons and rights.offered >= kind.needs:
            sight = sight_in(rights, kind.entry.service, "read")
            condition, own = visible(sight, ("c.scope",), store.dialect) or EVERYTHING
            texts.append(
                "SELECT * FROM (SELECT p.aggregate_id, p.kind, c.state FROM directory_person p JOIN current_state c"
                " ON c.aggregate_id = p.aggregate_id WHERE p.person_id = ? AND p.kind = ? AND p.member = ?"
                f" AND {condition} ORDER BY p.aggregate_id DESC LIMIT {2 * AT_FIRST}) one"
            )
            params += [reader.person_id, key, MENTIONS, *own]
    if not texts:
        return []
    rows = await store.fetch(" UNION ALL ".join(texts), params)
    earliest = now() - MENTIONED
    comments = [(kinds()[kind], json.loads(state)) for _, kind, state in rows]
    comments = [
        (kind, state)
        for kind, state in comments
        if state["archived_at"] is None
        and datetime.fromisoformat(state["created_at"]) > earliest
        and sight_in(rights, kind.entry.service, "read").shows(
            state.get(member) for member in kind.entry.scope
        )
    ]
    comments.sort(key=lambda one: str(one[1]["created_at"]), reverse=True)
    await reader.know(
        id for _, state in comments for id in (state["subject"]["id"], state["author_id"]) if id
    )
    return [_mention(reader, kind.register, state) for kind, state in comments[:AT_FIRST]]


def _mention(reader: Reader, register: Entry, state: Mapping[str, Any]) -> Item:
    subject, at = state["subject"], datetime.fromisoformat(state["created_at"])
    about = by_kind(register.service)[subject["kind"]]
    name, author = reader.name_of(subject["id"]), reader.name_of(state["author_id"])
    return Item(
        state["id"], reader.naming.one(about), name.text if name else reader.naming.one(about),
        f"{address_of(about, subject['id'])}#comments", at,
        words=excerpt(state["text"]), author=author, is_new=at > reader.since,
    )  # fmt: skip


async def _memberships(reader: Reader) -> list[Item]:
    """What the reader was proposed for, and was granted or lost since their last visit."""
    if reader.person_id is None:
        return []
    store = reader.call.kernel.store
    condition, params = visible_rows(reader.call.rights, store.dialect, among=(MEMBERSHIP,))
    rows = await store.fetch(
        "SELECT d.aggregate_id, d.state, d.since, c.state FROM directory_person p"
        " JOIN directory d ON d.aggregate_id = p.aggregate_id JOIN current_state c ON c.aggregate_id = p.aggregate_id"
        f" WHERE p.person_id = ? AND p.kind = ? AND p.member = ? AND d.archived = 0 AND {condition}"
        f" ORDER BY d.since DESC, d.aggregate_id LIMIT {AT_FIRST}",
        (reader.person_id, MEMBERSHIP, PRINCIPAL, *params),
    )
    register, since = entry_by_key()[MEMBERSHIP], to_micros(reader.since)
    those = [
        (id, state, at, json.loads(text)) for id, state, at, text in rows if state == "proposed" or at > since
    ]
    await reader.know(membership["scope_id"] for *_, membership in those)
    return [
        Item(
            id, reader.naming.one(register), reader.naming.value(register, "role", membership["role"]),
            address_of(register, id), from_micros(at), reader.name_of(membership["scope_id"]),
            reader.naming.value(register, "state", state), is_new=at > since,
        )
        for id, state, at, membership in those
    ]  # fmt: skip


async def _operations(reader: Reader, away: set[str]) -> list[Item]:
    """Computations of the reader that run, or have ended since their last visit."""
    services = [service for service in SERVICES if f"{service}.read" in reader.call.rights.offered]
    answers = await asyncio.gather(
        *(
            _answers(reader, away, f"/{service}/v1/operations", [("limit", str(AT_FIRST))])
            for service in services
        )
    )
    words = reader.shower.words
    items = []
    for service, operations in zip(services, answers, strict=True):
        for one in operations:
            at = datetime.fromisoformat(one.get("ended_at") or one["created_at"])
            if one["state"] in OPEN or at > reader.since:
                items.append(
                    Item(
                        one["id"], "", words.name_in(OPERATIONS, one["kind"]), operation_address(service, one["id"]), at,
                        words=words.name_in(STATES, one["state"]), is_new=at > reader.since,
                    )
                )  # fmt: skip
    return sorted(items, key=lambda item: (item.at, item.id), reverse=True)


async def _answered_for(reader: Reader) -> list[tuple[str, str, int]]:
    """How much names the reader, by kind and member, where a list can be narrowed so."""
    if reader.person_id is None:
        return []
    store = reader.call.kernel.store
    condition, params = visible_rows(reader.call.rights, store.dialect)
    rows = await store.fetch(
        "SELECT p.kind, p.member, COUNT(*) FROM directory_person p JOIN directory d ON d.aggregate_id = p.aggregate_id"
        f" WHERE p.person_id = ? AND d.archived = 0 AND {condition} GROUP BY p.kind, p.member ORDER BY p.kind, p.member",
        (reader.person_id, *params),
    )
    listed = []
    for key, member, count in rows:
        register = entry_by_key()[key]
        if member in register.names and member not in NOT_ANSWERED_FOR:
            label = f"{reader.naming.many(register)} ({reader.naming.member(register, member)})"
            listed.append((label, f"{address_of(register)}?{member}={reader.person_id}", count))
    return listed


def _places(state: Mapping[str, Any]) -> list[str]:
    """The nodes in which it may lie, by the members that name them."""
    members = ("project_id", "request_id", "programme_id", "portfolio_id", "unit_id", "scope_id")
    return [state[member] for member in members if state.get(member)]


def _within(reader: Reader, state: Mapping[str, Any]) -> Name | None:
    names = (reader.name_of(id) for id in _places(state))
    return next((name for name in names if name), None)

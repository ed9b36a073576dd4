"""A decision paper on its page: its options side by side, who was asked and what they answered, and what has changed since it was
frozen."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Name, Shown, ids_in, merge
from shared.contracts.forms import Entry, Field, entry_by_key, model_of

KIND, APPROVAL = "projects.decision_paper", "projects.approval"
SHOWN_APART = ("options",)
"""Members that this page shows in panels of its own."""
MOST = 200
ABOUT = {"request": "projects.request", "project": "projects.project"}
"""Part of the frozen content -> the register of what it tells of."""


@dataclass(frozen=True)
class Answer:
    """One person who is asked, or was, and what they answered."""

    who: Name
    instead_of: Name | None
    handed_to: Name | None
    state: str
    counts: bool
    due: Shown
    answered: Shown
    comment: str
    conditions: Shown
    moves: Sequence[tuple[str, str]]
    """Label and address, of what the reader may do with it now."""


@dataclass(frozen=True)
class Round:
    """One circulation."""

    number: int
    answers: Sequence[Answer]


@dataclass(frozen=True)
class Difference:
    """A figure as it was frozen, and as it is now."""

    of: str
    label: str
    then: Shown
    now: Shown


@dataclass(frozen=True)
class PaperShown:
    option_names: Sequence[str]
    option_rows: Sequence[tuple[str, Sequence[Shown]]]
    """Label, and the value of each option."""
    rounds: Sequence[Round]
    """The newest first."""
    more: int
    """How many answers of earlier rounds are listed elsewhere."""
    all_answers: str
    content: str
    """The page by which the frozen content is saved; nothing where it is not frozen."""
    is_intact: bool
    differences: Sequence[Difference]
    is_fixed: bool
    """Whether it is no draft any more, and so not edited."""


async def paper_shown(reader: DetailReader, state: Mapping[str, Any]) -> PaperShown:
    """What the page of a paper shows beside its details."""
    query = [
        ("paper_id", reader.id),
        ("expand", "allowed_moves"),
        ("sort", "-created_at"),
        ("limit", str(MOST)),
    ]
    approvals = entry_by_key()[APPROVAL]
    listed = await reader.api.read(approvals.path, query, Prefer="return=total-count")
    items = [] if listed.is_refusal else listed.body["items"]
    await _know(reader, approvals, items)
    is_frozen = state["content_hash"] is not None
    is_intact = is_frozen and (await reader.api.get(f"{reader.path}/verify"))["intact"]
    names, rows = _options(reader, state)
    return PaperShown(
        option_names=names,
        option_rows=rows,
        rounds=_rounds(reader, approvals, items),
        more=0 if listed.is_refusal else listed.body["total"] - len(items),
        all_answers=f"{address_of(approvals)}?paper_id={reader.id}",
        content=f"{address_of(reader.entry, reader.id)}/content" if is_frozen else "",
        is_intact=is_intact,
        differences=await _differences(reader) if is_frozen else (),
        is_fixed=state["state"] != "draft",
    )


async def _know(reader: DetailReader, entry: Entry, items: Sequence[Mapping[str, Any]]) -> None:
    """Learn at once what the ids of all approvals stand for."""
    ids: dict[str, set[str]] = {}
    for state in items:
        merge(ids, ids_in(model_of(entry).members, state))
    await reader.know(ids)


def _options(
    reader: DetailReader, state: Mapping[str, Any]
) -> tuple[list[str], list[tuple[str, list[Shown]]]]:
    """The names of the options, and each of their other members that one of them has."""
    of = reader.model.by_name["options"]
    options = state["options"]
    rows = [
        (
            reader.shower.naming.member(reader.entry, f"options.{member.name}"),
            [
                reader.shower.show(reader.entry, member, one.get(member.name), f"options.{member.name}")
                for one in options
            ],
        )
        for member in of.members
        if member.name != "name"
    ]
    return [one["name"] for one in options], [row for row in rows if not all(one.is_empty for one in row[1])]


def _rounds(reader: DetailReader, entry: Entry, items: Sequence[Mapping[str, Any]]) -> list[Round]:
    by_number: dict[int, list[Answer]] = {}
    for state in reversed(items):
        by_number.setdefault(state["round"], []).append(_answer(reader, entry, state))
    return [Round(number, by_number[number]) for number in sorted(by_number, reverse=True)]


def _answer(reader: DetailReader, entry: Entry, state: Mapping[str, Any]) -> Answer:
    shower, members = reader.shower, model_of(entry).by_name

    def name(member: str) -> Name | None:
        id = state[member]
        return None if id is None else shower.names.get(id) or Name(id)

    def value(member: str) -> Shown:
        return shower.show(entry, members[member], state[member])

    return Answer(
        who=name("approver_id") or Name(""),
        instead_of=name("on_behalf_of_id"),
        handed_to=name("delegated_to_id"),
        state=shower.naming.value(entry, "state", state["state"]),
        counts=state["counts"],
        due=value("due_on"),
        answered=value("answered_on"),
        comment=state["comment"],
        conditions=value("conditions"),
        moves=[
            (shower.naming.move(entry, verb), f"{address_of(entry, state['id'])}/moves/{verb}")
            for verb in state["allowed_moves"]
        ],
    )


async def _differences(reader: DetailReader) -> list[Difference]:
    """What of the frozen figures is otherwise by now."""
    frozen = json.loads(await reader.api.content(f"{reader.path}/content"))
    differences = []
    for part, kind in ABOUT.items():
        then = frozen["about"].get(part)
        if then is None:
            continue
        entry = entry_by_key()[kind]
        answer = await reader.api.read(f"{entry.path}/{then['id']}", [])
        if answer.is_refusal or answer.body["version"] == then["version"]:
            continue
        members = model_of(entry).by_name
        differences += [
            _difference(reader, entry, members[name], value, answer.body)
            for name, value in then.items()
            if name in members and name != "version" and answer.body.get(name) != value
        ]
    return differences


def _difference(
    reader: DetailReader, entry: Entry, member: Field, then: Any, now: Mapping[str, Any]
) -> Difference:
    naming, show = reader.shower.naming, reader.shower.show
    return Difference(
        naming.one(entry),
        naming.member(entry, member.name),
        show(entry, member, then),
        show(entry, member, now.get(member.name)),
    )

"""What is attached to an aggregate, as panels of its page: documents with their files, and a thread of comments."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from services.reporting.web.registers.client import Reply
from services.reporting.web.registers.details import DetailReader, State
from services.reporting.web.registers.files import FileTable, file_lists, table_of
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Name, ids_in, merge
from shared.contracts.forms import Entry, FormModel, Move, by_kind, model_of

DOCUMENT, COMMENT = "document", "comment"
DOCUMENTS_SHOWN = 10
FILES_SHOWN = 3
"""Of a document so many versions, the newest; its own page has all."""
COMMENTS_SHOWN = 20
MOST_REPLIES = 200

Query = Mapping[str, Sequence[str]]


def attached(entry: Entry, kind: str) -> Entry | None:
    """The collection of documents or comments about aggregates of a register; None where they take none."""
    collection = by_kind(entry.service).get(kind)
    if collection is None or collection.service != entry.service:
        return None
    subject = model_of(collection).by_name["subject"]
    kinds = next(part.choices for part in subject.members if part.name == "kind")
    return collection if entry.name in kinds else None


def home_of(entry: Entry, state: State) -> tuple[str, str]:
    """Where somebody looks at it, and at which place of that page: a comment among the others about its subject,
    anything else on its own page."""
    subject = state.get("subject") if entry.name == COMMENT else None
    about = by_kind(entry.service).get(subject["kind"]) if subject else None
    if about is None or subject is None:
        return address_of(entry, state["id"]), ""
    return address_of(about, subject["id"]), f"#{entry.collection}"


@dataclass(frozen=True)
class DocumentShown:
    """One document in the panel of its subject."""

    title: str
    address: str
    kind: str
    state: str
    files: FileTable
    """The newest ones."""
    count: int
    """How many versions there are."""
    moves: Sequence[Move]


@dataclass
class ShownComment:
    """One comment in the panel of its subject."""

    id: str
    state: State
    who: Name
    at: str
    edited_at: str
    decided_on: str
    decided_by: Sequence[Name]
    mentions: Sequence[Name]
    address: str
    is_mine: bool
    answered: "ShownComment | None" = None
    """What it replies to, where that does not begin its thread."""
    replies: "list[ShownComment]" = field(default_factory=list)


@dataclass(frozen=True)
class Panel:
    """What is attached of one kind."""

    entry: Entry
    items: Sequence[Any]
    total: int
    following: str
    """The address of the page with those that come after; nothing where there are none."""
    first: str
    """The address of the page with the newest; nothing where these are."""
    may_write: bool
    address: str
    """Where the form for another one is, and is sent."""

    @property
    def model(self) -> FormModel:
        return model_of(self.entry)


@dataclass
class PanelReader:
    """Reads the panels of one aggregate. `query` is that of its page, which says what part of each is shown."""

    reader: DetailReader
    subject: str
    """Who looks: as the issuer names them."""
    query: Query

    async def panels(self, is_open: bool = True) -> dict[str, Panel | None]:
        """The panels by their names in templates; None where the aggregate takes nothing of the kind. `is_open`: whether
        it takes anything new."""
        documents, comments = await asyncio.gather(self._documents(is_open), self._comments(is_open))
        return {"documents": documents, "comments": comments}

    async def _listed(
        self, kind: str, limit: int, *more: tuple[str, str]
    ) -> tuple[Entry, Mapping[str, Any]] | None:
        reader = self.reader
        entry = attached(reader.entry, kind)
        if entry is None or not reader.offered.issuperset(entry.reads):
            return None
        cursor = [("cursor", value) for value in self.query.get(entry.collection, ())[:1]]
        about = [("subject_kind", reader.entry.name), ("subject_id", reader.id), ("sort", "-created_at")]
        query = [*about, ("limit", str(limit)), *more]
        reply = await reader.api.read(entry.path, [*query, *cursor], Prefer="return=total-count")
        if reply.status == 400 and cursor:
            reply = await reader.api.read(entry.path, query, Prefer="return=total-count")
        return None if reply.is_refusal else (entry, reply.body)

    def _panel(self, entry: Entry, items: Sequence[Any], page: Mapping[str, Any], is_open: bool) -> Panel:
        here, name = address_of(self.reader.entry, self.reader.id), entry.collection
        others = {
            n: values[0] for n, values in self.query.items() if n in ("documents", "comments") and n != name
        }
        return Panel(
            entry=entry,
            items=items,
            total=page["total"],
            following=f"{here}?{urlencode({**others, name: page['next']})}#{name}" if "next" in page else "",
            first=f"{here}?{urlencode(others)}#{name}" if name in self.query else "",
            may_write=is_open and self.reader.offered.issuperset(entry.writes),
            address=f"{here}/{name}",
        )

    async def _documents(self, is_open: bool) -> Panel | None:
        listed = await self._listed(DOCUMENT, DOCUMENTS_SHOWN, ("expand", "allowed_moves"))
        if listed is None:
            return None
        entry, page = listed
        await self._know(entry, page["items"])
        return self._panel(entry, [self._document(entry, one) for one in page["items"]], page, is_open)

    async def _know(self, entry: Entry, states: Sequence[State]) -> None:
        ids: dict[str, set[str]] = {}
        for state in states:
            merge(ids, ids_in([m for m in model_of(entry).members if m.kind != "part"], state))
        await self.reader.know(ids)

    def _document(self, entry: Entry, state: State) -> DocumentShown:
        shower, model = self.reader.shower, model_of(entry)
        [of] = file_lists(model)
        table = table_of(shower, model, of, state)
        return DocumentShown(
            title=shower.title(entry, state),
            address=address_of(entry, state["id"]),
            kind=state["kind"] or "",
            state=shower.naming.value(entry, model.state, state[model.state]),
            files=FileTable(table.label, table.columns, table.rows[:FILES_SHOWN]),
            count=len(table.rows),
            moves=[move for move in model.moves if move.verb in state["allowed_moves"]],
        )

    async def _comments(self, is_open: bool) -> Panel | None:
        listed = await self._listed(COMMENT, COMMENTS_SHOWN)
        if listed is None:
            return None
        entry, page = listed
        states = {state["id"]: state for state in page["items"]}
        states = await self._replies(entry, states) | states
        answered = await self._answered(entry, states)
        await self._know(entry, [*states.values(), *answered.values()])
        me = await self._person(states.values())
        comments = {id: self._comment(entry, state, me) for id, state in (answered | states).items()}
        return self._panel(entry, threads([comments[id] for id in states], comments), page, is_open)

    async def _replies(self, entry: Entry, states: Mapping[str, State]) -> dict[str, State]:
        """What replies to them and is newer than the page: on the first page, all of that is there."""
        if entry.collection not in self.query or not states:
            return {}
        query = [*(("reply_to_id", id) for id in states), ("limit", str(MOST_REPLIES))]
        return await self._states(entry, query)

    async def _answered(self, entry: Entry, states: Mapping[str, State]) -> dict[str, State]:
        """What they reply to and is older than the page, or was taken back."""
        missing = {s["reply_to_id"] for s in states.values() if s["reply_to_id"]} - states.keys()
        if not missing:
            return {}
        query = [*(("id", id) for id in sorted(missing)), ("archived", "true"), ("limit", str(len(missing)))]
        return await self._states(entry, query)

    async def _states(self, entry: Entry, query: Sequence[tuple[str, str]]) -> dict[str, State]:
        reply: Reply = await self.reader.api.read(entry.path, query)
        return {} if reply.is_refusal else {state["id"]: state for state in reply.body["items"]}

    async def _person(self, states: Iterable[State]) -> str | None:
        """The person who looks, where an author is one; nobody is asked for where nobody has said anything."""
        if all(state["author_id"] is None for state in states):
            return None
        reply = await self.reader.api.read(f"/{self.reader.entry.service}/v1/me")
        return None if reply.is_refusal else reply.body["person_id"]

    def _comment(self, entry: Entry, state: State, me: str | None) -> ShownComment:
        shower, author = self.reader.shower, state["author_id"]
        return ShownComment(
            id=state["id"],
            state=state,
            who=self._name(author) if author else Name(state["author"] or ""),
            at=shower.moment(state["created_at"]),
            edited_at=shower.moment(state["edited_at"]) if state["edited_at"] else "",
            decided_on=shower.words.day(state["decided_on"]) if state["decided_on"] else "",
            decided_by=[self._name(id) for id in state["decided_by"]],
            mentions=[self._name(id) for id in state["mentions"]],
            address=address_of(entry, state["id"]),
            is_mine=author == me if author else state["author"] == self.subject,
        )

    def _name(self, id: str) -> Name:
        return self.reader.shower.names.get(id, Name(id))

    async def quoted(self, id: str) -> ShownComment | None:
        """A comment that is replied to; None where there is none to be seen."""
        entry = attached(self.reader.entry, COMMENT)
        states = await self._states(entry, [("id", id), ("archived", "true")]) if entry and id else {}
        if entry is None or not states:
            return None
        await self._know(entry, [states[id]])
        return self._comment(entry, states[id], None)


def threads(on_page: Sequence[ShownComment], by_id: Mapping[str, ShownComment]) -> list[ShownComment]:
    """The comments that begin a thread, the newest first, each with all that was said in reply, the oldest first."""
    ids = {one.id for one in on_page}
    roots: list[ShownComment] = []
    for one in sorted(on_page, key=lambda s: s.state["created_at"]):
        parent = by_id.get(one.state["reply_to_id"] or "")
        root = parent
        while root is not None and root.id in ids and (above := root.state["reply_to_id"]) in ids:
            root = by_id[above]
        if root is None or root.id not in ids:
            one.answered = parent
            roots.append(one)
        else:
            one.answered = parent if parent is not root else None
            root.replies.append(one)
    return roots[::-1]

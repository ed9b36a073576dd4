"""Create, change, move, archive and restore: what a form says becomes a request, and a refusal stands at its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.web.registers import typed
from services.reporting.web.registers.client import Reply
from services.reporting.web.registers.controls import Control, FormOf
from services.reporting.web.registers.details import DetailReader, State
from services.reporting.web.registers.files import take_file
from services.reporting.web.registers.values import ids_in, merge, plain
from services.reporting.web.words import Words
from shared.base.errors import Refusal
from shared.contracts.forms import Field
from shared.contracts.forms.own import CUSTOM
from shared.http.spooled import SentFile

MERGE_PATCH = "application/merge-patch+json"
ROUNDS = 4
"""How often a change is tried again where others came between without touching what the form shows."""


@dataclass
class Form:
    """A form as its template shows it."""

    controls: Sequence[Control]
    version: int = 0
    refusal: Refusal | None = None
    conflict: bool = False
    """Whether somebody else changed what the form shows, since it was loaded."""

    @property
    def status(self) -> int:
        return 412 if self.conflict else self.refusal.status if self.refusal else 200


@dataclass
class Outcome:
    """What became of a form: the answer of the service, or the form again."""

    reply: Reply | None = None
    form: Form | None = None
    """To be corrected, or with one more row."""
    unchanged: bool = False
    """Whether it said nothing new."""


@dataclass
class Writer:
    """Carries out the form of one aggregate, or of one to be made."""

    reader: DetailReader
    fields: Sequence[Field]
    texts: dict[str, str]
    act: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    file: SentFile | None = None
    """What the form brought."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Members of what is made that no control shows."""

    @property
    def words(self) -> Words:
        return self.reader.shower.words

    async def form(self, version: int = 0, refusal: Refusal | None = None, conflict: bool = False) -> Form:
        reader = self.reader
        form = FormOf(reader.api, reader.shower, reader.entry, self.fields, self.texts, self.act)
        return Form(await form.controls(refusal, self.notes), version, refusal, conflict)

    async def before_sending(self, version: int = 0) -> Form | None:
        """Send the file of the form. The form again, where that is refused or another button was pressed."""
        refusal = await take_file(
            self.reader.api, self.reader.entry.service, self.fields, self.texts, self.file
        )
        return await self.form(version, refusal) if self.act or refusal else None

    async def create(self, key: str, defaults: Mapping[str, Any]) -> Outcome:
        """Make one; the same form sent twice makes it once. A default value that was taken out of it stays out."""
        if (form := await self.before_sending()) is not None:
            return Outcome(form=form)
        emptied = {of.name: None for of in self.fields if of.name in defaults}
        body = {**emptied, **self._body(), **self.fixed}
        reply = await self.reader.api.write("POST", self.reader.entry.path, body, Idempotency_Key=key)
        return await self._outcome(reply)

    async def move(self, verb: str, version: int, key: str) -> Outcome:
        """Make a move on the version that was looked at; what changed meanwhile is looked at first."""
        if (form := await self.before_sending(version)) is not None:
            return Outcome(form=form)
        headers = {"If_Match": f'"{version}"', "Idempotency_Key": key}
        reply = await self.reader.api.write("POST", f"{self.reader.path}/{verb}", self._body(), **headers)
        if reply.status != 412:
            return await self._outcome(reply, version)
        state = await self.reader.state()
        return Outcome(form=await self.form(state["version"], reply.problem))

    async def revise(self, version: int) -> Outcome:
        """Change what the form changed. Where somebody else changed what it shows, it says what, and changes nothing."""
        if self.act:
            return Outcome(form=await self.form(version))
        self.texts = typed.without_blank_rows(self.fields, self.texts)
        base: State | None = None
        for _ in range(ROUNDS):
            state = await self.reader.state()
            if base is None:
                base = await self._base(version, state)
            mine = typed.changes(self.fields, self.texts, base, self.words)
            if theirs := self._changed_elsewhere(base, state, mine):
                return Outcome(form=await self._conflict(theirs, mine, state))
            patch = {
                n: v
                for n, v in mine.items()
                if n in typed.changes(self.fields, self.texts, state, self.words)
            }
            if not patch:
                return Outcome(unchanged=True)
            reply = await self.reader.api.write(
                "PATCH", self.reader.path, patch, If_Match=f'"{state["version"]}"', Content_Type=MERGE_PATCH
            )
            if reply.status != 412:
                return await self._outcome(reply, version)
        return await self._outcome(reply, version)

    async def _base(self, version: int, state: State) -> State:
        """What the form was made from."""
        if state["version"] == version:
            return state
        base = (await self.reader.versions(version)).get(version, state)
        sensitive = (await self.reader.own()).sensitive
        withheld = {name: value for name, value in state.get(CUSTOM, {}).items() if name in sensitive}
        return {**base, CUSTOM: base.get(CUSTOM, {}) | withheld} if withheld else base

    def _changed_elsewhere(self, base: State, state: State, mine: Mapping[str, Any]) -> list[Field]:
        """The members of the form that somebody else made something else of than this form does."""
        if state["version"] == base["version"]:
            return []
        still_mine = typed.changes(self.fields, self.texts, state, self.words)
        differing = typed.differences(self.fields, base, state)
        return [f for f in differing if f.name not in mine or f.name in still_mine]

    async def _conflict(self, theirs: Sequence[Field], mine: Mapping[str, Any], state: State) -> Form:
        """The form on what stands now: what only they changed is theirs, what both changed is as it was typed."""
        reader = self.reader
        await reader.know(_ids(theirs, state))
        for of in theirs:
            value = reader.shower.show(reader.entry, of, state.get(of.name))
            self.notes[of.name] = plain(value) or "–"
            if of.name not in mine:
                self.texts = _without(self.texts, of.name) | typed.texts_of([of], state, self.words)
        return await self.form(state["version"], conflict=True)

    def _body(self) -> dict[str, Any]:
        self.texts = typed.without_blank_rows(self.fields, self.texts)
        members = typed.filled(typed.members_of(self.fields, self.texts, self.words))
        return {name: value for name, value in members.items() if value not in ([], {})}

    async def _outcome(self, reply: Reply, version: int = 0) -> Outcome:
        if not reply.is_refusal:
            return Outcome(reply)
        if reply.status in (401, 404):
            raise reply.problem
        return Outcome(form=await self.form(version, reply.problem))


def _ids(fields: Sequence[Field], *states: State) -> dict[str, set[str]]:
    ids: dict[str, set[str]] = {}
    for state in states:
        merge(ids, ids_in(fields, state))
    return ids


def _without(texts: Mapping[str, str], name: str) -> dict[str, str]:
    return {path: text for path, text in texts.items() if path != name and not path.startswith(f"{name}.")}

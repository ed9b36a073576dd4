"""A form as a tree of controls: what stands in each, what may be chosen, and what is wrong with it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.reporting.web.registers import typed
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.naming import plain_path
from services.reporting.web.registers.values import Name, Shower, name_of, names_of
from shared.base.errors import Fault, Refusal
from shared.contracts.forms import Entry, Field, by_kind, model_of

OFFERED = 30
"""So many of a kind are offered at once; of more, those that a search finds."""
HITS = 20
SEARCH = "~search"
"""The end of the path of the text by which a reference is searched."""
FILE_NAME = "~file"
"""The end of the path of the name of a file that was sent already."""


@dataclass
class Control:
    """One member in a form, with the controls of its parts or rows."""

    of: Field
    path: str
    label: str
    text: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Of money: what stands in `amount` and `currency`."""
    options: Sequence[tuple[str, str]] = ()
    """What may be chosen: value and label."""
    search: str | None = None
    """The text that is searched for; None where all that can be chosen is offered."""
    hits: int | None = None
    """How many a search found."""
    errors: list[str] = field(default_factory=list)
    note: str = ""
    """What somebody else made of it meanwhile."""
    parts: "list[Control]" = field(default_factory=list)
    rows: "list[Control]" = field(default_factory=list)
    file_name: str = ""
    """Of a file that was sent already: what it is called."""
    is_focused: bool = False
    is_needed: bool = False
    """Whether the form cannot do without it; what a part needs is needed only where the part is."""

    @property
    def id(self) -> str:
        return f"f-{self.path.replace('.', '-')}"


@dataclass(frozen=True)
class Choices:
    """What can be chosen of one kind: some of them, and whether these are all."""

    names: Sequence[tuple[str, Name]]
    is_whole: bool


@dataclass
class FormOf:
    """Makes the controls of one form."""

    api: Api
    shower: Shower
    entry: Entry
    fields: Sequence[Field]
    texts: dict[str, str]
    act: str = ""
    """The button: `add:<path>`, `remove:<path>`, `find:<path>`; nothing where the form is sent."""
    focus: str = ""
    choices: dict[tuple[str, str], Choices] = field(default_factory=dict)
    """(kind, text that is searched for) -> what can be chosen."""

    async def controls(
        self, refusal: Refusal | None = None, notes: Mapping[str, str] | None = None
    ) -> list[Control]:
        """The controls, with what was refused at its place."""
        self._change_rows()
        await self._offer()
        controls = [self._control(f, f.name) for f in self.fields]
        by_path = {control.path: control for control in _walk(controls)}
        for path, note in (notes or {}).items():
            by_path[path].note = note
        for fault in refusal.faults if refusal else ():
            if control := by_path.get(_nearest(fault, by_path)):
                control.errors.append(fault.detail)
        if control := by_path.get(self.focus):
            next(one for one in _walk([control]) if not one.parts).is_focused = True
        return controls

    def _change_rows(self) -> None:
        verb, _, path = self.act.partition(":")
        if verb == "add":
            numbers = typed.rows_of(self.texts, path)
            row = typed.path_of(path, numbers[-1] + 1 if numbers else 0)
            self.texts[row], self.focus = "", row
        elif verb == "remove":
            removed = [n for n in self.texts if n == path or n.startswith(f"{path}.")]
            for name in removed:
                del self.texts[name]
            self.focus = path.rpartition(".")[0]
        elif verb == "find":
            self.focus = path

    async def _offer(self) -> None:
        """Ask for what can be chosen, for each kind once, and for the names of what is."""
        wishes: dict[tuple[str, str], Entry] = {}
        values: dict[str, set[str]] = {}
        registers = by_kind(self.entry.service)
        for of, path in references_in(self.fields, self.texts):
            for kind in of.names:
                if entry := registers.get(kind):
                    wishes[kind, self.texts.get(path + SEARCH, "").strip()] = entry
                    wishes[kind, ""] = entry
                    if value := self.texts.get(path):
                        values.setdefault(kind, set()).add(value)
        offers = await asyncio.gather(*(self._choices(entry, text) for (_, text), entry in wishes.items()))
        self.choices = dict(zip(wishes, offers, strict=True))
        names = {id: name for offer in offers for id, name in offer.names}
        unknown = {kind: ids - names.keys() for kind, ids in values.items()}
        others = await names_of(self.api, self.shower, self.entry.service, unknown)
        self.shower.names = {**self.shower.names, **names, **others}

    async def _choices(self, entry: Entry, text: str) -> Choices:
        model = model_of(entry)
        order = [("sort", entry.title[0])] if entry.title and entry.title[0] in model.sorts else []
        search = [("q", text)] if text and model.searches else []
        most = HITS if text else OFFERED
        reply = await self.api.read(entry.path, [*order, *search, ("limit", str(most))])
        states = [] if reply.is_refusal else reply.body["items"]
        names = [(state["id"], name_of(self.shower, entry, state)) for state in states]
        return Choices(names, not reply.is_refusal and "next" not in reply.body)

    def _control(self, of: Field, path: str, may_miss: bool = False) -> Control:
        label = self.shower.naming.member(self.entry, plain_path(path))
        control = Control(of, path, label, self.texts.get(path, ""), is_needed=of.required and not may_miss)
        match of.kind:
            case "part":
                control.parts = [
                    self._control(m, typed.path_of(path, m.name), of.nullable) for m in of.members
                ]
            case "rows":
                control.rows = [
                    self._row(of, typed.path_of(path, i)) for i in typed.rows_of(self.texts, path)
                ]
            case "file":
                control.file_name = self.texts.get(path + FILE_NAME, "")
            case "money":
                control.texts = {n: self.texts.get(f"{path}.{n}", "") for n in ("amount", "currency")}
            case "choice":
                labels = [(v, self.shower.naming.value(self.entry, plain_path(path), v)) for v in of.choices]
                control.options = labels
            case "yes_no" if of.nullable:
                words = self.shower.words
                control.options = [("yes", words.gettext("yes")), ("no", words.gettext("no"))]
            case "reference":
                self._fill_reference(control)
        return control

    def _row(self, of: Field, path: str) -> Control:
        if typed.is_plain(of):
            return self._control(of.members[0], path)
        label = self.shower.naming.member(self.entry, plain_path(path))
        return Control(
            of, path, label, parts=[self._control(m, typed.path_of(path, m.name)) for m in of.members]
        )

    def _fill_reference(self, control: Control) -> None:
        of, search = control.of, self.texts.get(control.path + SEARCH, "").strip()
        everything = [self.choices[kind, ""] for kind in of.names if (kind, "") in self.choices]
        if all(choices.is_whole for choices in everything):
            offered = everything
        else:
            offered = [self.choices[kind, search] for kind in of.names if (kind, search) in self.choices]
            control.search = search
            control.hits = sum(len(choices.names) for choices in offered) if search else None
        options = [
            (id, self._label(of, kind, name))
            for kind, one in zip(of.names, offered, strict=False)
            for id, name in one.names
        ]
        if control.text and control.text not in dict(options):
            name = self.shower.names.get(control.text)
            options.insert(0, (control.text, name.text if name else control.text))
        control.options = options

    def _label(self, of: Field, kind: str, name: Name) -> str:
        colon = self.shower.words.gettext(": ")
        return f"{self.shower.naming.kind(kind)}{colon}{name.text}" if len(of.names) > 1 else name.text


def references_in(
    fields: Iterable[Field], texts: Mapping[str, str], prefix: str = ""
) -> list[tuple[Field, str]]:
    """The references of a form with their paths, those in rows too."""
    references: list[tuple[Field, str]] = []
    for of in fields:
        path = typed.path_of(prefix, of.name)
        if of.kind == "reference":
            references.append((of, path))
        elif of.kind == "part":
            references += references_in(of.members, texts, path)
        elif of.kind == "rows":
            for number in typed.rows_of(texts, path):
                references += references_in(of.members, texts, typed.path_of(path, number))
    return references


def _walk(controls: Iterable[Control]) -> Iterable[Control]:
    for control in controls:
        yield control
        yield from _walk(control.parts)
        yield from _walk(control.rows)


def _nearest(fault: Fault, by_path: Mapping[str, Any]) -> str:
    """The path of the control that a fault is about, or of what holds it; nothing where there is none."""
    path = (fault.pointer or "").strip("/").replace("/", ".")
    while path and path not in by_path:
        path = path.rpartition(".")[0]
    return path


def placeless(refusal: Refusal, controls: Iterable[Control]) -> list[Fault]:
    """The faults that stand at no control."""
    by_path = {control.path: control for control in _walk(controls)}
    return [fault for fault in refusal.faults if not _nearest(fault, by_path)]


def faulty(controls: Iterable[Control]) -> list[Control]:
    """The controls with errors, in the order of the form."""
    return [control for control in _walk(controls) if control.errors]

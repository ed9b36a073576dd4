"""What the cells of a table name becomes ids: by id, code, external key, mail or name, many at once, over the public API.

What is not there may be made where the mapping says so, unless it looks like a typing error of something else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from services.imports.findings import Findings
from services.imports.server import Server
from services.imports.tables.judging import LONGEST_KEY, NOT_IMPORTED, WITHOUT_IT, Column, shown_key
from services.imports.tables.mapping import By
from services.imports.tables.person_names import first_name_first
from services.imports.tables.references import (
    CODES,
    MAKEABLE,
    PROJECT,
    REVERSES,
    entries_named,
    is_within_project,
)
from services.imports.tables.spool import JudgedRow, Spool, decode, encode
from services.imports.tables.typing_errors import Names, slips_among
from shared.base.ids import is_canonical
from shared.base.texts import Text, from_plain, to_plain
from shared.contracts.forms import Entry, model_of
from shared.contracts.words import Called, label

PROJECTS_AT_ONCE = 40
MOST_LISTED = 10_000
"""Records of a register that are compared with a name that is not there."""
PORTION = 500
ROW, MADE_BEFORE = "\0row:", "made"
"""What stands for an id until the rows are sent: that of another row, or of what a stage before makes."""


@dataclass
class Missing:
    """A text that names nothing yet."""

    text: str
    within: str
    """What the row names as its project, where this tells it from others; else empty."""
    count: int
    line: int


@dataclass(frozen=True, slots=True)
class Named:
    """What was found out about a text that names something."""

    text: str
    """As it is made, where it is."""
    id: str | None
    code: str
    """Why it has no id: `ROW` and a number, `MADE_BEFORE`, or that of a finding."""
    reason: bytes
    mend: bytes


@dataclass
class Place:
    """Where what a column names is looked up."""

    column: Column
    entries: tuple[Entry, ...]
    own: Entry

    @property
    def by(self) -> By | None:
        return self.column.mapping.by

    @cached_property
    def noun(self) -> Called:
        name = self.entries[0].name
        return Called("aggregate", name, label("aggregate", name))

    def ways(self, entry: Entry) -> list[tuple[By, str]]:
        """By which members one may be named, the surest first: (way, the parameter of the list)."""
        model = model_of(entry)
        ways: list[tuple[By, str]] = [("id", "id")]
        ways += [("code", code) for code in CODES if code in model.filters]
        ways.append(("external", "external_ref.id"))
        if "email" in model.filters:
            ways.append(("email", "email"))
        ways += [("name", name) for name in entry.title[:1] if name in model.filters]
        return sorted(ways, key=lambda way: way[0] != self.by)

    @cached_property
    def is_within_project(self) -> bool:
        return is_within_project(self.column.field.of, self.own.service)


@dataclass
class Lookups:
    """Finds what the rows in the spool name."""

    server: Server
    source: str
    file: str
    spool: Spool
    findings: Findings
    own: Entry
    makes: dict[str, list[Missing]] = field(default_factory=dict)
    """Kind -> what is made before the rows are sent."""
    names_to_make: dict[str, Names] = field(default_factory=dict)
    beside: dict[tuple[str, str], dict[str, set[tuple[str, str | None]]]] = field(default_factory=dict)
    """(kind, name) of what is made -> what the other columns of its rows name: member -> (text, id)."""

    async def find(self, columns: Iterable[Column]) -> None:
        references = [column for column in columns if column.is_reference and column.path != REVERSES]
        for column in sorted(references, key=lambda one: one.path != PROJECT):
            place = Place(column, entries_named(column.field.of, self.own.service), self.own)
            for entry in place.entries:
                for way, parameter in place.ways(entry):
                    await self._find_by(place, entry, way, parameter)
            self._find_in_rows(place)
            await self._settle_missing(place)

    def _missing(self, place: Place) -> list[Missing]:
        query = (
            "SELECT text, within, count, line FROM named WHERE member = ? AND id IS NULL AND code IS NULL"
            " ORDER BY line"
        )
        return [Missing(*row) for row in self.spool.db.execute(query, (place.column.path,))]

    async def _find_by(self, place: Place, entry: Entry, way: By, parameter: str) -> None:
        missing = self._missing(place)
        if way == "external":
            await self._find_external(place, entry, [m.text for m in missing])
            return
        if place.is_within_project and way in ("code", "name"):
            await self._find_within(place, entry, parameter, missing)
            return
        texts = list(dict.fromkeys(m.text for m in missing))
        if way == "id":
            texts = [text for text in texts if is_canonical(text)]
        elif way == "email":
            texts = [text for text in texts if "@" in text]
        for start in range(0, len(texts), PORTION):
            some = texts[start : start + PORTION]
            ids_by_text: dict[str, set[str]] = {}
            fields = [("fields", ",".join(dict.fromkeys(("id", parameter))))]
            async for items in self.server.those_with(entry.path, parameter, some, fields):
                for item in items:
                    ids_by_text.setdefault(str(item[parameter]), set()).add(item["id"])
            self._take(place, ids_by_text)

    async def _find_within(
        self, place: Place, entry: Entry, parameter: str, missing: Sequence[Missing]
    ) -> None:
        """By the project of the row and the text: the same number stands in many projects."""
        by_project: dict[str, list[Missing]] = {}
        for one in missing:
            if id := self._id_of_project(one.within):
                by_project.setdefault(id, []).append(one)
        projects = list(by_project)
        for start in range(0, len(projects), PROJECTS_AT_ONCE):
            some = projects[start : start + PROJECTS_AT_ONCE]
            texts = list(dict.fromkeys(m.text for id in some for m in by_project[id]))
            parameters = [("fields", f"id,{PROJECT},{parameter}"), *((PROJECT, id) for id in some)]
            ids: dict[tuple[str, str], set[str]] = {}
            async for items in self.server.those_with(entry.path, parameter, texts, parameters):
                for item in items:
                    ids.setdefault((item[PROJECT], str(item[parameter])), set()).add(item["id"])
            for project in some:
                for one in by_project[project]:
                    if len(of_this := ids.get((project, one.text), ())) == 1:
                        self._note(place, one.text, one.within, id=next(iter(of_this)))

    def _id_of_project(self, text: str) -> str | None:
        query = "SELECT id FROM named WHERE member = ? AND text = ?"
        id: str | None = self.spool.one(query, PROJECT, text)
        return id

    async def _find_external(self, place: Place, entry: Entry, missing_texts: Sequence[str]) -> None:
        """By the key of an earlier import of this source, else of any."""
        for parameters in ([("external_ref.source", self.source)], []):
            texts = missing_texts if parameters else [m.text for m in self._missing(place)]
            ids_by_text: dict[str, set[str]] = {}
            fields = [("fields", "id,external_ref")]
            async for items in self.server.those_with(
                entry.path,
                "external_ref.id",
                [t for t in texts if len(t) <= LONGEST_KEY],
                [*parameters, *fields],
            ):
                for item in items:
                    ids_by_text.setdefault(item["external_ref"]["id"], set()).add(item["id"])
            self._take(place, ids_by_text)

    def _take(self, place: Place, ids_by_text: dict[str, set[str]]) -> None:
        """Note the ids; a text that means several is said, and none of them is taken."""
        for text, ids in ids_by_text.items():
            if len(ids) == 1:
                self._note(place, text, id=next(iter(ids)))
            else:
                self._refuse_several(place, text, ids)

    def _refuse_several(self, place: Place, text: str, ids: Collection[str]) -> None:
        mend = Text("Name it by its code or its external key.")
        self._refuse(
            place, text, "ambiguous_name", Text("{count} records are called so", count=len(ids)), mend
        )

    def _note(
        self,
        place: Place,
        text: str,
        within: str | None = None,
        *,
        id: str | None = None,
        code: str | None = None,
    ) -> None:
        """What a text stands for: within one project, or wherever it is written."""
        self.spool.db.execute(
            "UPDATE named SET id = ?1, code = ?2 WHERE member = ?3 AND text = ?4 AND (?5 IS NULL OR within = ?5)",
            (id, code, place.column.path, text, within),
        )

    def _find_in_rows(self, place: Place) -> None:
        """What another row of the same table makes: a parent by its key, its code or its label."""
        if self.own not in place.entries:
            return
        missing = {(m.text, m.within) for m in self._missing(place)}
        if not missing:
            return
        numbers: dict[tuple[str, str], int | None] = {}
        members = [*CODES, *self.own.title[:1]]
        for row in self.spool.rows("fate = 'judged'"):
            within = row.names[PROJECT][0] if place.is_within_project and PROJECT in row.names else ""
            names = {row.key or "", *(str(row.members.get(member) or "") for member in members)}
            for name in ((text, within) for text in names):
                if name in missing:
                    numbers[name] = None if name in numbers and name[0] != row.key else row.n
        for (text, within), n in numbers.items():
            if n is not None:
                self._note(place, text, within, code=f"{ROW}{n}")

    async def _settle_missing(self, place: Place) -> None:
        missing = self._missing(place)
        if not missing:
            return
        names, ids = (Names(), {}) if place.is_within_project else await self._listed(place)
        counts: dict[str, int] = {}
        for one in missing:
            counts[one.text] = counts.get(one.text, 0) + one.count
        slips = slips_among(counts) if place.column.mapping.makes else {}
        for one in missing:
            as_is = place.column.mapping.values.get(one.text) == one.text
            turned = first_name_first(one.text)
            alike = names.alike(one.text) or names.alike(turned)
            if alike is not None and len(ids[alike]) == 1:
                self._note(place, one.text, id=ids[alike][0])
                if alike != turned:
                    self.findings.add(
                        self.file, one.line, "name_read_as", Text("nothing is called exactly so"),
                        Text("taken for {name}", name=alike), column=place.column.name, value=one.text,
                    )  # fmt: skip
            elif alike is not None:
                self._refuse_several(place, one.text, ids[alike])
            elif not as_is and (near := names.near(one.text) or slips.get(one.text)):
                self._refuse(
                    place, one.text, "misspelt_name",
                    Text("nothing is called so; {name} differs by a letter or two", name=near),
                    Text(
                        "Correct the cell, or say in the mapping what is meant: values = {{ {text} = {intended} }}.",
                        text=f'"{one.text}"', intended=f'"{near}"',
                    ),
                )  # fmt: skip
            elif place.column.mapping.makes and place.entries[0].name in MAKEABLE:
                self._make(place, one)
            else:
                self._refuse(
                    place, one.text, "not_there",
                    Text("there is no {noun} with this code, key or name", noun=place.noun),
                    Text("Import it first, or correct the cell."),
                )  # fmt: skip

    def _make(self, place: Place, one: Missing) -> None:
        """Note what is to be made; what is written otherwise in another row, or column, is made once."""
        kind = place.entries[0].name
        name = first_name_first(one.text) if kind == "person" else one.text
        names = self.names_to_make.setdefault(kind, Names())
        alias = names.alike(name)
        if alias is None:
            alias = name
            names.add(name)
            self.makes.setdefault(kind, []).append(Missing(name, "", one.count, one.line))
        self._note(place, one.text, code=MADE_BEFORE)
        self.spool.db.execute(
            "UPDATE named SET alias = ? WHERE member = ? AND text = ?", (alias, place.column.path, one.text)
        )

    async def _listed(self, place: Place) -> tuple[Names, dict[str, list[str]]]:
        """The names that there are: what is not there may be one of them, written otherwise."""
        names, ids = Names(), dict[str, list[str]]()
        for entry in place.entries:
            if not entry.title:
                continue
            title, listed = entry.title[0], 0
            async for items in self.server.pages(entry.path, [("fields", f"id,{title}")]):
                for item in items:
                    if isinstance(name := item[title], str):
                        for form in dict.fromkeys((name, first_name_first(name))):
                            names.add(form)
                            ids.setdefault(form, []).append(item["id"])
                listed += len(items)
                if listed >= MOST_LISTED:
                    break
        return names, ids

    def _refuse(self, place: Place, text: str, code: str, reason: Text, mend: Text) -> None:
        """A name that is not taken: every row that has it is without it, or not imported where it needs it."""
        self.spool.db.execute(
            "UPDATE named SET code = ?, reason = ?, mend = ? WHERE member = ? AND text = ?",
            (code, encode(to_plain(reason)), encode(to_plain(mend)), place.column.path, text),
        )

    def link(self, columns: Iterable[Column]) -> None:
        """Write the ids into the rows; what names nothing is said of each row that has it."""
        by_path = {column.path: column for column in columns}
        needs: dict[int, set[int]] = {}
        for row in self.spool.rows("fate = 'judged' AND names <> CAST('{}' AS BLOB)"):
            ids = {path: self._named_by(path, *where) for path, where in row.names.items()}
            self._note_beside(row, ids, by_path)
            for path, one in ids.items():
                text, within = row.names[path]
                if one.id is not None:
                    row.members[path] = one.id
                    del row.names[path]
                elif one.code.startswith(ROW):
                    row.names[path] = (one.code, within)
                    needs.setdefault(row.n, set()).add(int(one.code.removeprefix(ROW)))
                elif one.code == MADE_BEFORE:
                    row.names[path] = (one.text, within)
                else:
                    del row.names[path]
                    self._say(row, by_path[path], text, one)
            self.spool.write(row)
        self._set_levels(needs)

    def _named_by(self, path: str, text: str, within: str) -> Named:
        query = "SELECT COALESCE(alias, text), id, code, reason, mend FROM named WHERE member = ? AND text = ? AND within = ?"
        return Named(*self.spool.db.execute(query, (path, text, within)).fetchone())

    def _note_beside(self, row: JudgedRow, ids: Mapping[str, Named], by_path: Mapping[str, Column]) -> None:
        for path, one in ids.items():
            if one.code == MADE_BEFORE:
                kind = by_path[path].field.of.names[0]
                others = self.beside.setdefault((kind, one.text), {})
                for other, its in ids.items():
                    if other != path and (its.id is not None or its.code == MADE_BEFORE):
                        others.setdefault(other, set()).add((its.text, its.id))

    def _say(self, row: JudgedRow, column: Column, text: str, one: Named) -> None:
        is_needed = column.field.required
        reason, mend = from_plain(decode(one.reason)), from_plain(decode(one.mend))
        row.fate = "refused" if is_needed else row.fate
        row.reasons.append(Text("{column}: {reason}", column=column.name, reason=reason))
        self.findings.add(
            self.file, row.line, one.code, reason, NOT_IMPORTED if is_needed else WITHOUT_IT,
            shown_key(row.key or ""), lost=True, column=column.name, value=text, mend=mend,
        )  # fmt: skip

    def _set_levels(self, needs: dict[int, set[int]]) -> None:
        """Rows that others of the table name are sent before those; what names itself in a circle is refused."""
        levels: dict[int, int] = {}
        waiting = needs
        while waiting:
            ready = {n: others for n, others in waiting.items() if not others & waiting.keys()}
            if not ready:
                break
            levels |= {n: 1 + max(levels.get(other, 0) for other in others) for n, others in ready.items()}
            waiting = {n: others for n, others in waiting.items() if n not in ready}
        self.spool.db.executemany(
            "UPDATE row SET level = ? WHERE n = ?", [(at, n) for n, at in levels.items()]
        )
        reason = Text("it stands below itself: the rows name each other in a circle")
        for n in sorted(waiting):
            row = next(self.spool.rows("n = ?", n))
            row.fate, row.reasons = "refused", [*row.reasons, reason]
            self.spool.write(row)
            self.findings.add(
                self.file, row.line, "circle", reason, NOT_IMPORTED, shown_key(row.key or ""), lost=True
            )

"""What the document of a mandate says, in the reader's language: the page and the PDF show the same.

Once the mandate is in review it shows what is to be signed, and what was: objectives in the words that were frozen, whatever
they are today. Names of persons and projects are those of today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.registers.details import DetailReader
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Name, ids_in, names_of
from services.reporting.web.words import N_, Words
from shared.contracts.forms import entry_by_key

ROLES = {
    "sponsor": N_("Sponsor"),
    "manager": N_("Project manager"),
    "project_manager": N_("Project manager"),
}
"""What the roles that act are called where the method of the project has no name for them; others by any method's name."""
METHODS = "100"
"""Of so many methods the names of roles are read."""
PROSE = ("scope_in", "scope_out", "structure", "assumptions", "constraints")
OBJECTIVE, LAST = "projects.objective", "9999"


@dataclass(frozen=True)
class Section:
    """A part of the document: paragraphs, or a table."""

    label: str
    paragraphs: Sequence[str] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class SignatureLine:
    """Somebody who signs, and when they did."""

    name: str
    role: str
    signed_at: str = ""
    by: str = ""
    """The deputy who signed for them."""


@dataclass(frozen=True)
class Document:
    """The mandate as it is read."""

    kind: str
    title: str
    code: str
    edition: int
    state: str
    project: Name
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    signatures: Sequence[SignatureLine]
    hash: str
    is_intact: bool
    binds: bool
    may_sign: bool
    version: int
    register_page: str
    """The page of the same mandate with all that may be done with it."""


@dataclass(frozen=True)
class RoleNames:
    """What roles are called in the reader's language."""

    words: Words
    of_method: Mapping[str, str]
    """By the method of the project."""
    of_others: Mapping[str, str]

    def __getitem__(self, code: str) -> str:
        if code in self.of_method:
            return self.of_method[code]
        if code in ROLES:
            return self.words.name_in(ROLES, code)
        return self.of_others.get(code) or code.replace("_", " ").capitalize()


async def role_names(reader: DetailReader, project: str) -> RoleNames:
    """A project without a method takes the names that other methods give to the same codes."""
    words, by_method = reader.shower.words, dict[str, dict[str, str]]()
    methods = await reader.api.read("/projects/v1/methods", [("fields", "id,roles"), ("limit", METHODS)])
    for method in () if methods.is_refusal else methods.body["items"]:
        names = by_method.setdefault(method["id"], {})
        for role in method["roles"]:
            text = {one["language"]: one["text"] for one in role["name"]}.get(words.language)
            if text:
                names[role["code"]] = text
    own = await reader.api.read(f"/projects/v1/projects/{project}", [("fields", "method_id")])
    of_method = {} if own.is_refusal else by_method.get(own.body["method_id"] or "", {})
    return RoleNames(
        words, of_method, {code: text for id in sorted(by_method) for code, text in by_method[id].items()}
    )


async def document_of(reader: DetailReader) -> Document:
    """Read the mandate, and what it names."""
    state = await reader.state()
    await reader.know(ids_in(reader.model.members, state))
    persons = {one["person_id"] for one in state["signatures"]}
    names = await names_of(reader.api, reader.shower, reader.entry.service, {"person": persons})
    reader.shower.names = {**reader.shower.names, **names}
    hash = state["content_hash"] or ""
    is_intact = not hash or bool((await reader.api.get(f"{reader.path}/verify"))["intact"])
    writer = _Written(reader, state, await role_names(reader, state["project_id"]))
    return Document(
        kind=f"{reader.shower.naming.one(reader.entry)} · {writer.value('kind')}",
        title=state["title"],
        code=state["code"],
        edition=state["edition"],
        state=writer.value("state"),
        project=writer.name(state["project_id"]),
        facts=writer.facts(),
        sections=[one for one in writer.sections(await _objectives(reader, state)) if one is not None],
        signatures=writer.signatures(),
        hash=hash,
        is_intact=is_intact,
        binds=state["state"] == "signed",
        may_sign="sign" in state.get("allowed_moves", ()),
        version=state["version"],
        register_page=address_of(reader.entry, reader.id),
    )


async def _objectives(reader: DetailReader, state: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """As they are signed, or in a draft as they stand."""
    if state["content_hash"]:
        return list((await reader.api.get(f"{reader.path}/content"))["objectives"])
    if not state["objectives"]:
        return []
    query = [("id", id) for id in state["objectives"]]
    by_id = {one["id"]: one for one in (await reader.api.get("/projects/v1/objectives", query))["items"]}
    return [by_id[id] for id in state["objectives"] if id in by_id]


@dataclass(frozen=True)
class _Written:
    """The members of one mandate, put into words."""

    reader: DetailReader
    state: Mapping[str, Any]
    roles: RoleNames

    @property
    def words(self) -> Words:
        return self.reader.shower.words

    def label(self, path: str) -> str:
        return self.reader.shower.naming.member(self.reader.entry, path)

    def value(self, member: str) -> str:
        return self.reader.shower.naming.value(self.reader.entry, member, self.state[member])

    def name(self, id: str) -> Name:
        return self.reader.shower.names.get(id) or Name(id)

    def day(self, value: str | None) -> str:
        return self.words.day(value) if value else "–"

    def role(self, code: str) -> str:
        return self.roles[code]

    def facts(self) -> list[tuple[str, str]]:
        """Figures and days, each with its label."""
        facts = [
            (self.label(member), self.words.money(self.state[member]))
            for member in ("budget", "change_budget")
            if self.state[member]
        ]
        for member, value in (self.state["tolerances"] or {}).items():
            if value is not None:
                text = value if isinstance(value, str) else self.words.number(value)
                facts.append(
                    (
                        f"{self.label('tolerances')}{self.words.gettext(': ')}{self.label(f'tolerances.{member}').lower()}",
                        text,
                    )
                )
        if self.state["signed_on"]:
            facts.append((self.label("signed_on"), self.day(self.state["signed_on"])))
        return facts

    def sections(self, objectives: Sequence[Mapping[str, Any]]) -> list[Section | None]:
        scope_in, scope_out, structure, assumptions, constraints = (self._prose(one) for one in PROSE)
        return [
            self._objectives(objectives),
            scope_in,
            scope_out,
            self._table("plan", lambda one: (one["milestone"], self.day(one["due_on"])), "milestone", "due_on"),
            self._table(
                "depends_on",
                lambda one: (self.name(one["project_id"]).text, one["what"], self.day(one["due_on"])),
                "project_id", "what", "due_on",
            ),
            structure,
            self._table(
                "roles",
                lambda one: (self.role(one["role_code"]), self.name(one["person_id"]).text),
                "role_code", "person_id",
            ),
            assumptions,
            constraints,
        ]  # fmt: skip

    def _prose(self, member: str) -> Section | None:
        text = self.state[member].strip()
        return Section(self.label(member), text.split("\n")) if text else None

    def _table(self, member: str, cells: Any, *parts: str) -> Section | None:
        if not self.state[member]:
            return None
        heads = [self.label(f"{member}.{part}") for part in parts]
        return Section(self.label(member), heads=heads, rows=[cells(one) for one in self._in_order(member)])

    def _in_order(self, member: str) -> list[Mapping[str, Any]]:
        """What has a day by its day, whatever the order in which it was entered; what has none comes last."""
        return sorted(self.state[member], key=lambda one: one.get("due_on") or LAST)

    def _objectives(self, objectives: Sequence[Mapping[str, Any]]) -> Section | None:
        if not objectives:
            return None
        naming, entry = self.reader.shower.naming, entry_by_key()[OBJECTIVE]
        heads = [naming.member(entry, one) for one in ("statement", "measure", "target", "due_on")]
        rows = [
            (one["statement"], one["measure"] or "–", self._target(one), self.day(one["due_on"]))
            for one in objectives
        ]
        return Section(self.label("objectives"), heads=heads, rows=rows)

    def _target(self, objective: Mapping[str, Any]) -> str:
        """From what it is now to what it is to be, in its unit."""
        if objective["target"] is None:
            return "–"
        figures = [objective["baseline"], objective["target"]]
        text = " → ".join(self.words.number(one) for one in figures if one is not None)
        return f"{text} {objective['unit']}" if objective["unit"] else text

    def signatures(self) -> list[SignatureLine]:
        """One line for each signatory, in their order."""
        by_signatory = {one["signatory_id"]: one for one in self.state["signatures"]}
        lines = []
        for signatory in self.state["signatories"]:
            name, role = self.name(signatory["person_id"]).text, self.role(signatory["role"])
            one = by_signatory.get(signatory["person_id"])
            if one is None:
                lines.append(SignatureLine(name, role))
                continue
            by = "" if one["person_id"] == one["signatory_id"] else self.name(one["person_id"]).text
            lines.append(SignatureLine(name, role, self.reader.shower.moment(one["signed_at"]), by))
        return lines

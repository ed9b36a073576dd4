"""What a table can be brought into: every collection that can be written by an external key, and its members by paths.

Nothing here is a list of registers: targets are made from the form models and the words, so that a new aggregate is one
from the day it is declared. Targets are named as on the command line, `projects` or `work-packages`; where several
services have such a collection, with the service: `finance.documents`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal

from shared.base.texts import Text
from shared.contracts import words
from shared.contracts.forms import Entry, Field, FormModel, index, model_of, shared_kinds
from shared.contracts.forms.own import CUSTOM, field_of, label_of

LANGUAGES = ("en", "fr")
"""The languages in which members have labels."""
EXTERNAL_REF = "external_ref"
KEY = "external_ref.id"
"""The member that a key column fills which fills no other; the source is the mapping's."""
SOURCE = "external_ref.source"
CURRENCY = "currency"
"""The currency of all amounts of a row that have none of their own: no member, but columns may say it."""
ID, VERSION = "id", "version"
"""The members by which a row of a list that was taken from Portolan is known: they are read, and never changed."""

Use = Literal["given", "at creation", "by move", "row", "read only"]
"""`given`: rows set and change it. `at creation`: rows set it of a new one only. `by move`: no request sets it, but a move
does. `row`: a row is known by it: the key, `id` and `version`. `read only`: no column fills it, although lists that are taken from Portolan have it (`Target.untaken`)."""


class UnknownTarget(Exception):
    """No collection of this name takes tables; the text lists those that do."""


class UnknownMember(Exception):
    """The target has no such member; the text names one that is written much like it."""


@dataclass(frozen=True, slots=True)
class TargetField:
    """A member of a target."""

    path: str
    """`planned_cost`, `planned_cost.currency`, `thresholds.cost_red_pct`, `external_ref.id`, `custom.risk_class`."""
    of: Field
    """Its kind, choices and limits, and the kinds of aggregate that it names."""
    labels: Mapping[str, str]
    """Language -> what it is called, as headings of lists have it."""
    use: Use = "given"
    required: bool = False
    """Whether a new one needs it, and nothing stands in for it."""
    moves: tuple[str, ...] = ()
    """The moves that set it of one that is there: those that take it, or of a state those of the lifecycle."""

    def owner(self, aggregate: str) -> str:
        """What the member lies in, by which labels are looked up: `change.impact` of `impact.scope` of changes."""
        return ".".join((aggregate, *self.path.split(".")[:-1]))

    @property
    def is_taken(self) -> bool:
        """Whether a column may fill it."""
        return self.use != "read only"

    @property
    def is_changed(self) -> bool:
        """Whether a row may change it of one that is there."""
        return self.use == "given" or bool(self.moves)

    def label(self, language: str = "en") -> str:
        return self.labels.get(language) or self.labels.get("en", self.path)


@dataclass(frozen=True)
class Target:
    """A collection that takes tables."""

    name: str
    """As on the command line: `work-packages`."""
    model: FormModel
    fields: tuple[TargetField, ...]
    """Its members by paths, in the order of the declaration; those that are read only too."""
    full_week: float | None = None
    """The hours of a full week by the calendar of the organisation; None where it names none."""

    @property
    def register(self) -> str:
        """The service and the kind of aggregate: `projects.work_package`."""
        return self.model.entry.key

    @property
    def entry(self) -> Entry:
        return self.model.entry

    @property
    def columns(self) -> tuple[TargetField, ...]:
        """What columns may fill."""
        return tuple(field for field in self.fields if field.is_taken)

    def has(self, path: str) -> bool:
        return any(field.path == path for field in self.fields)

    def field(self, path: str) -> TargetField:
        """The member at this path. UnknownMember where there is none."""
        for field in self.fields:
            if field.path == path:
                return field
        near = get_close_matches(path, [field.path for field in self.fields], 1)
        if near:
            raise UnknownMember(
                Text(
                    "{target} have no member {path!r}; is {near!r} meant?",
                    target=self.name,
                    path=path,
                    near=near[0],
                )
            )
        raise UnknownMember(Text("{target} have no member {path!r}", target=self.name, path=path))

    def untaken(self, field: TargetField, member: str) -> Text:
        """Why no column fills a member that is read only; `member` is what the reader calls it."""
        whole = field.path.partition(".")[0]
        if field.path == SOURCE:
            return Text("the mapping says it for all rows, as source: {member}", member=member)
        if whole == CUSTOM:
            return Text("it is retired, and takes no values any longer: {member}", member=member)
        if whole in self.model.creates or whole in self.model.revises:
            return Text("it has parts, which no single cell can hold: {member}", member=member)
        return Text("Portolan sets it itself: {member}", member=member)

    def title(self, language: str = "en") -> str:
        """What several of them are called: Work packages."""
        return words.capitalised(words.label("aggregates", self.entry.name, language))


def says_currency(path: str) -> bool:
    """Whether what stands at this path is the currency of amounts at other paths, and no member of its own."""
    return path == CURRENCY or path.endswith(".currency")


def target_named(
    name: str, own: Sequence[TargetField] = (), vocabulary: Mapping[str, str] | None = None
) -> Target:
    """The target of this name, by its collection (`work-packages`) or its register (`projects.work_package`).

    `own` are the organisation's own fields (`own_fields`), `vocabulary` its own words (`words` of the organisation, term
    -> label), which the headings of its lists have. UnknownTarget lists what there is.
    """
    target = _by_name().get(name) or _by_name().get(name.replace("_", "-"))
    if target is None:
        names = [one.name for one in targets()]
        near = get_close_matches(name, names, 1)
        hint = Text(" Is {near!r} meant?", near=near[0]) if near else ""
        raise UnknownTarget(
            Text(
                "Nothing is called {name!r}.{hint} There are: {names}.",
                name=name,
                hint=hint,
                names=", ".join(names),
            )
        )
    if vocabulary:
        target = replace(target, fields=tuple(_called(target.entry, f, vocabulary) for f in target.fields))
    return replace(target, fields=(*target.fields, *own)) if own else target


@cache
def targets() -> tuple[Target, ...]:
    """Everything that takes tables, in the order of the papers."""
    models = [model_of(entry) for entry in index()]
    return tuple(_target(m) for m in models if m.creates and EXTERNAL_REF in m.by_name)


@cache
def _by_name() -> Mapping[str, Target]:
    names = {target.name: target for target in targets()}
    names |= {target.register: target for target in targets()}
    return names | {f"{target.entry.service}.{target.entry.collection}": target for target in targets()}


def own_fields(register: str, definitions: Sequence[Mapping[str, Any]]) -> tuple[TargetField, ...]:
    """The organisation's own fields of a register, from the items of `/projects/v1/field-definitions`.

    A field that was retired is read only; one that is a draft is none yet.
    """
    return tuple(
        TargetField(
            f"{CUSTOM}.{one['name']}",
            field_of(one),
            {language: label_of(one, language) for language in LANGUAGES},
            "given" if one["state"] == "active" else "read only",
            required=one["required_when"] == "always",
        )
        for one in definitions
        if one["aggregate"] == register and one["state"] != "draft"
    )


def _target(model: FormModel) -> Target:
    entry = model.entry
    shared = entry.name in shared_kinds()
    name = f"{entry.service}.{entry.collection}" if shared else entry.collection
    required = {member.name for member in model.created if member.required}
    fields = [_row_field(entry, Field(ID, "line")), _row_field(entry, Field(VERSION, "integer"))]
    for member in model.members:
        moves = _moves_setting(model, member)
        use = _use(model, member.name, moves)
        some = _fields(entry, member, member.name, use, required=member.name in required)
        fields += [replace(field, moves=moves) if field.path == member.name else field for field in some]
    fields += [_shown_field(entry, Field(n, "instant")) for n in ("created_at", "updated_at", "archived_at")]
    if CURRENCY not in model.by_name and any(field.of.kind == "money" for field in fields):
        fields.append(_field(entry, Field(CURRENCY, "currency", nullable=True), CURRENCY, "given"))
    return Target(name, model, tuple(_told_apart(entry, fields)))


def _told_apart(entry: Entry, fields: Sequence[TargetField]) -> Iterator[TargetField]:
    """Members of several parts that are called the same are called with their part: `Forecast: day of completion`."""
    for language in LANGUAGES:
        counted = Counter(f.label(language) for f in fields if f.is_taken or "." in f.path)
        fields = [
            replace(f, labels={**f.labels, language: _label_with_part(entry, f.path, language)})
            if "." in f.path and counted[f.label(language)] > 1
            else f
            for f in fields
        ]
    yield from fields


def _label_with_part(entry: Entry, path: str, language: str) -> str:
    of_amount = path.removesuffix(f".{CURRENCY}")
    text = words.capitalised(whole_label(entry.name, of_amount, language))
    if of_amount == path:
        return text
    return f"{text} ({words.label('member', f'{entry.name}.{CURRENCY}', language)})"


def whole_label(kind: str, path: str, language: str) -> str:
    """The labels of a member of a part, as the workbook of an export has them: `Thresholds: cost red from`."""
    names = path.split(".")
    return ": ".join(
        words.label("member", f"{kind}.{'.'.join(names[: i + 1])}", language) for i in range(len(names))
    )


SET_BY_MOVES = ("line", "prose", "integer", "number", "yes_no", "day", "money", "choice")
"""Kinds of member that a cell and a move may both hold as they are."""


def _moves_setting(model: FormModel, member: Field) -> tuple[str, ...]:
    """The moves of items of a batch by which a member becomes what a cell says: none of what a patch changes."""
    if member.name in model.revises or member.kind not in SET_BY_MOVES:
        return ()
    if member.name == model.state:
        return tuple(move.verb for move in model.moves if move.leads)
    return tuple(
        move.verb
        for move in model.moves
        if move.in_batches and any((f.name, f.kind) == (member.name, member.kind) for f in move.takes)
    )


def _use(model: FormModel, member: str, moves: tuple[str, ...]) -> Use:
    if member == EXTERNAL_REF:
        return "row"
    if member in model.revises:
        return "given"
    if member in model.creates:
        return "at creation"
    return "by move" if moves else "read only"


def _fields(entry: Entry, of: Field, path: str, use: Use, *, required: bool) -> Iterator[TargetField]:
    """A member and what lies below it. Lists of parts, maps and files fill no cell: they are read only."""
    match of.kind:
        case "part":
            if path != EXTERNAL_REF:
                yield _field(entry, of, path, "read only")
            for member in of.members:
                below = f"{path}.{member.name}"
                below_use: Use = "read only" if below == SOURCE else use
                yield from _fields(entry, member, below, below_use, required=required and member.required)
        case "rows" if len(of.members) != 1 or of.members[0].name:
            yield _field(entry, of, path, "read only")
        case "map" | "file":
            yield _field(entry, of, path, "read only")
        case "money":
            yield _field(entry, of, path, use, required=required)
            yield _currency(entry, path, use)
        case _:
            yield _field(entry, of, path, use, required=required)


def _field(entry: Entry, of: Field, path: str, use: Use, *, required: bool = False) -> TargetField:
    labels = {
        language: words.capitalised(words.label("member", f"{entry.name}.{path}", language))
        for language in LANGUAGES
    }
    return TargetField(path, of, labels, use, required)


def _currency(entry: Entry, path: str, use: Use) -> TargetField:
    """The currency of an amount, which a column of its own may hold."""
    labels = {}
    for language in LANGUAGES:
        amount, currency = (
            words.label("member", f"{entry.name}.{name}", language) for name in (path, "currency")
        )
        labels[language] = words.capitalised(f"{amount} ({currency})")
    return TargetField(f"{path}.currency", Field("currency", "currency", nullable=True), labels, use)


def _row_field(entry: Entry, of: Field) -> TargetField:
    return _field(entry, of, of.name, "row")


def _shown_field(entry: Entry, of: Field) -> TargetField:
    return _field(entry, of, of.name, "read only")


def _called(entry: Entry, field: TargetField, vocabulary: Mapping[str, str]) -> TargetField:
    """The field with the organisation's own word for it, if it has one."""
    term = vocabulary.get(f"{entry.name}.{field.path}")
    return replace(field, labels=dict.fromkeys(LANGUAGES, words.capitalised(term))) if term else field


def target_of(entry: Entry) -> str:
    """The name of the target that a collection is; empty where it takes no tables."""
    return next((target.name for target in targets() if target.register == entry.key), "")

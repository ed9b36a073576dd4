"""Makes the form models (`shared/contracts/forms`) from what is declared: shapes, members, routes and lifecycles."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

import msgspec
from pydantic import BaseModel

from shared.base.currencies import DECIMALS
from shared.contracts.catalogue import entries
from shared.contracts.forms import Editions, Entry, Field, FormModel, Kind, Move
from shared.contracts.language import CATALOGUE, AggregateType, Erasable, entry_of
from shared.contracts.members import members_of, names, unwrapped
from shared.domain.editions import bound_states, given_up_states
from shared.domain.lifecycle import Lifecycle
from shared.domain.lifecycle import Move as Step
from shared.domain.other_moves import OtherMove
from shared.domain.register import Register
from shared.http.routes import Routes
from shared.http.running import Declared
from shared.runtime.service import Service

PROSE = 1_000
"""Characters from which on a text has several lines."""
TITLE = 3
"""How many members name what has no label."""
SHORT: tuple[Kind, ...] = ("line", "choice", "day", "money", "integer", "currency")
NO_MOVES = ("restore", "editions")
"""Routes of one aggregate that pages offer by buttons of their own."""
MOVE = re.compile(r"/v1/([a-z0-9-]+)/\{id\}/([a-z][a-z0-9-]*)")

HASH = "^[0-9a-f]{64}$"
"""By which a member of the type `Sha256` is known."""

NULL = re.compile(r"\bnull\b")
"""What programs call that which a form leaves empty."""

Schema = Mapping[str, Any]


def documents(services: Sequence[Service]) -> dict[str, str]:
    """File name -> content: a model for each register, and the index."""
    kinds = {entry.name for entry in entries()}
    registers = {r.shape: (service, r) for service in services for r in service.registers}
    models = [_model(registers[entry.shape], kinds) for entry in entries() if entry.shape in registers]
    files = {f"{m.entry.service}.{m.entry.collection}.json": _text(m) for m in models}
    return files | {"index.json": _text([m.entry for m in models])}


def _text(content: Sequence[Entry] | FormModel) -> str:
    """JSON with a line for each member, move or entry, so that a change of one is a change of one line."""
    if not isinstance(content, FormModel):
        return "[\n" + ",\n".join(map(_compact, content)) + "\n]\n"
    parts = {name: getattr(content, name) for name in content.__struct_fields__}
    lines = [f'"{name}":{_listed(part)}' for name, part in parts.items() if part not in ((), "", False, None)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(part: Any) -> str:
    is_long = isinstance(part, tuple) and part and isinstance(part[0], msgspec.Struct)
    return "[\n" + ",\n".join(map(_compact, part)) + "\n]" if is_long else _compact(part)


def _compact(part: Any) -> str:
    return msgspec.json.encode(part).decode()


def _model(declared: tuple[Service, Register[Any]], kinds: set[str]) -> FormModel:
    service, register = declared
    entry, routes = entry_of(register.shape), _routes_of(service, register)
    kernel = {*Erasable.model_fields} - {"external_ref"}
    members = sorted(
        (m for m in fields_of(register.shape, kinds) if m.name not in kernel),
        key=lambda member: member.name == "external_ref",
    )
    filters = [*register.filters.columns]
    lifecycle, is_written = register.lifecycle, not register.is_read_only
    return FormModel(
        entry=_entry(entry, members, filters, lifecycle),
        members=tuple(members),
        creates=(*entry.members.created, *entry.members.optional, "external_ref") if is_written else (),
        supplied=entry.members.optional if is_written else (),
        revises=entry.members.revised if is_written else (),
        moves=tuple(_moves(routes, register, kinds)),
        state=lifecycle.member if lifecycle else "",
        filters=tuple(filters),
        sorts=tuple(register.filters.sorts),
        searches=bool(register.filters.search),
        editions=_editions(entry, lifecycle),
    )


def _editions(entry: AggregateType, life: Lifecycle | None) -> Editions | None:
    if not entry.editions or life is None:
        return None
    bound = bound_states(life, entry.editions)
    given_up = given_up_states(life, entry.editions)
    return Editions(entry.editions, tuple(sorted(bound)), tuple(sorted(given_up)))


def _entry(
    entry: AggregateType, members: Sequence[Field], filters: Sequence[str], lifecycle: Lifecycle | None
) -> Entry:
    reads = [f"{entry.service}.read", *([f"{entry.service}.restricted"] if entry.is_restricted else [])]
    writes = [f"{entry.service}.{entry.needs}", *reads[1:]]
    return Entry(
        service=entry.service,
        group=entry.shape.__module__.rpartition(".")[2],
        collection=entry.collection,
        name=entry.name,
        title=_title(entry, members),
        reads=tuple(reads),
        writes=() if entry.is_read_only else tuple(writes),
        names={m.name: m.names for m in members if m.names and m.name in filters},
        state=lifecycle.member if lifecycle else "",
        awaited=lifecycle.awaited if lifecycle else {},
        awaits=lifecycle.awaits if lifecycle else "decide",
        persons=tuple(_naming_persons(members)),
        frozen=entry.frozen,
    )


def _naming_persons(members: Sequence[Field], *path: str) -> Iterator[str]:
    """The paths of the members that may name a person, in parts and lists too."""
    for member in members:
        below = (*path, member.name) if member.name else path
        if member.kind == "reference" and member.names == ("person",):
            yield ".".join(below)
        yield from _naming_persons(member.members, *below)


def _title(entry: AggregateType, members: Sequence[Field]) -> tuple[str, ...]:
    if entry.members.label is not None:
        return (entry.members.label, *(("edition",) if entry.editions else ()))
    own = [m for m in members if m.name in entry.members.each and m.kind in SHORT]
    telling = [m.name for m in own if m.required or m.name in entry.members.sorts]
    return tuple((telling or [m.name for m in own])[:TITLE])


def _routes_of(service: Service, register: Register[Any]) -> Iterator[Declared]:
    parts: list[Routes] = [part for part in service.routes if register.shape in part.registered]
    return (one for part in parts for one in part.declared)


def _moves(routes: Iterator[Declared], register: Register[Any], kinds: set[str]) -> Iterator[Move]:
    collection = entry_of(register.shape).collection
    for one in routes:
        match = MOVE.fullmatch(one.path)
        if one.operation.method != "POST" or not match or match[1] != collection or match[2] in NO_MOVES:
            continue
        body, move = one.operation.body, register.moves.get(match[2])
        yield Move(
            verb=match[2],
            scopes=one.operation.scopes,
            about=_line(one.description),
            takes=fields_of(body, kinds) if body is not None else (),
            is_step=isinstance(move, Step),
            leads=_leads(move) if isinstance(move, Step) else {},
            in_batches=move is not None,
            parts_by=move.parts_by if isinstance(move, OtherMove) else "",
        )


def _leads(step: Step) -> dict[str, str]:
    ends = {start.value: step.ends(start) for start in sorted(step.starts)}
    return {start: next(iter(some)).value for start, some in ends.items() if len(some) == 1}


def fields_of(shape: type[BaseModel], kinds: set[str]) -> tuple[Field, ...]:
    """The members of a shape."""
    schema = shape.model_json_schema()
    return tuple(_fields(shape, schema, schema.get("$defs", {}), kinds))


def _fields(shape: type[BaseModel], schema: Schema, definitions: Schema, kinds: set[str]) -> Iterator[Field]:
    own_entry = next((one for of, one in CATALOGUE.items() if of is shape), None)
    declared = members_of(shape, (), own_entry.name if own_entry else "").each
    required = set(schema.get("required", ()))
    for name, info in shape.model_fields.items():
        own = declared[name].names
        choices = _kinds_beside(name, schema["properties"], definitions)
        kind_by = _kind_member(name) if not own and choices and kinds.issuperset(choices) else ""
        yield _field(
            name, schema["properties"][name], unwrapped(info.annotation)[0], definitions, kinds,
            required=name in required, names=choices if kind_by else (own,) if own else (), kind_by=kind_by,
        )  # fmt: skip


def _kinds_beside(name: str, properties: Schema, definitions: Schema) -> tuple[str, ...]:
    """The values of the choice beside an id, which may be kinds of aggregates."""
    beside = properties.get(_kind_member(name))
    return tuple(_resolved(beside, definitions)[0].get("enum", ())) if beside else ()


def _kind_member(name: str) -> str:
    """The member that may say what an id names: `scope` beside `scope_id`, `kind` beside `id`; nothing beside others."""
    return "kind" if name == "id" else name.removesuffix("_id") if name.endswith("_id") else ""


def _field(
    name: str,
    outer: Schema,
    annotation: Any,
    definitions: Schema,
    kinds: set[str],
    *,
    required: bool = False,
    names: tuple[str, ...] = (),
    kind_by: str = "",
) -> Field:
    schema, nullable = _resolved(outer, definitions)
    kind = _kind(schema, names)
    examples = [*outer.get("examples", ()), *schema.get("examples", ())]
    default = outer.get("default")
    return Field(
        name=name,
        kind=kind,
        about=NULL.sub("empty", _line(outer.get("description", ""))),
        required=required,
        nullable=nullable,
        default=default if default not in ("", [], {}) else None,
        choices=tuple(schema["enum"]) if kind == "choice" else (),
        names=names,
        kind_by=kind_by,
        members=_inner(kind, schema, annotation, definitions, kinds),
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        longest=schema.get("maxItems", schema.get("maxLength") if kind in ("line", "prose") else None),
        example=str(examples[0]) if examples and kind == "line" else "",
    )


def _inner(
    kind: Kind, schema: Schema, annotation: Any, definitions: Schema, kinds: set[str]
) -> tuple[Field, ...]:
    if kind == "part":
        return tuple(_fields(annotation, schema, definitions, kinds))
    if kind != "rows":
        return ()
    is_list = get_origin(annotation) is list
    item, _, declared = unwrapped(get_args(annotation)[0] if is_list else Any)
    items, _ = _resolved(schema["items"], definitions)
    if _kind(items, ()) == "part":
        return tuple(_fields(item, items, definitions, kinds))
    named_kinds = tuple(mark.aggregate for mark in declared if isinstance(mark, names))
    return (_field("", schema["items"], item, definitions, kinds, required=True, names=named_kinds),)


def _kind(schema: Schema, names: tuple[str, ...]) -> Kind:
    if names or schema.get("format") == "uuid":
        return "reference"
    if values := schema.get("enum"):
        return "currency" if len(values) == len(DECIMALS) else "choice"
    match schema.get("type"), schema.get("format"):
        case "string", "date":
            return "day"
        case "string", "date-time":
            return "instant"
        case "string", _ if schema.get("pattern") == HASH:
            return "file"
        case "string", _:
            return "prose" if schema.get("maxLength", 0) >= PROSE else "line"
        case "boolean", _:
            return "yes_no"
        case "integer", _:
            return "integer"
        case "number", _:
            return "number"
        case "array", _:
            return "rows"
        case _:
            if schema.get("title") == "Money":
                return "money"
            return "part" if "properties" in schema else "map"


def _resolved(schema: Schema, definitions: Schema) -> tuple[Schema, bool]:
    """Without references; of a value and null the value, and whether it may be null."""
    nullable = False
    while True:
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rpartition("/")[2]]
        elif "anyOf" in schema:
            others = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
            nullable = nullable or len(others) < len(schema["anyOf"])
            schema = others[0]
        else:
            return schema, nullable


def _line(text: str) -> str:
    return " ".join(text.split())

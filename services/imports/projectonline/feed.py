"""A folder of files, each a page of an entity set of the OData feed, as JSON or as a table."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.imports.breakdown.drafts import NOT_BROUGHT_IN
from services.imports.breakdown.records import Conventions, Record, orders_of
from services.imports.breakdown.sources import (
    UnreadableSource,
    add_unread,
    document_of,
    entries_of,
    is_json,
    is_object,
    members_of,
    rows_of,
    tables_in,
    value_of,
)
from services.imports.findings import Findings
from services.imports.tables.mapping import DayOrder
from shared.base.texts import Text

PROJECTS, TASKS, RESOURCES, ASSIGNMENTS = "Projects", "Tasks", "Resources", "Assignments"
PROJECT_BASELINES, TASK_BASELINES = "ProjectBaselines", "TaskBaselines"
KEYS = {
    PROJECTS: ("ProjectId",),
    TASKS: ("TaskId",),
    RESOURCES: ("ResourceId",),
    ASSIGNMENTS: ("AssignmentId",),
    PROJECT_BASELINES: ("ProjectId", "BaselineNumber"),
    TASK_BASELINES: ("TaskId", "BaselineNumber"),
}
"""The entity sets that are taken, and the members that together are the key of an entity."""
TELLING = {
    "timebyday": "time-phased data",
    "timesheetlineid": "TimesheetLines",
    "timesheetid": "Timesheets",
    "riskid": "Risks",
    "issueid": "Issues",
    "deliverableid": "Deliverables",
}
"""Members that say what a set without a name is."""
ENTITY_SET = Text("Export an entity set of ProjectData.")
ENDINGS = (".json", ".csv", ".tsv", ".txt", ".xlsx")
Rows = list[tuple[int, dict[str, Any]]]
"""Lines and members."""
FEWEST_MEMBERS = 3
_OF_FEED = re.compile(r"(Project|Task|Resource|Assignment|Timesheet|TimeSheet|Risk|Issue)[A-Z]\w*|TimeByDay")
_CONTEXT = re.compile(r"\$metadata#([A-Za-z]+)")


@dataclass
class Feed:
    """The entity sets of an extract: records of those that are taken, numbers and files of the others."""

    sets: dict[str, list[Record]] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    other_files: list[Path] = field(default_factory=list)


def feed_of(
    folder: Path, findings: Findings, order: DayOrder | None = None, files: Iterable[Path] | None = None
) -> Feed:
    """All files of a folder that end as a table or JSON does, or those of it that are named; one that cannot be read is a
    finding."""
    feed = Feed()
    keys: dict[str, dict[tuple[str, ...], Record]] = {name: {} for name in KEYS}
    endings = (one for one in folder.rglob("*") if one.suffix.casefold() in ENDINGS and one.is_file())
    for path in sorted(endings if files is None else files):
        file = path.relative_to(folder).as_posix()
        try:
            entity_sets = _entity_sets(path, file, findings)
        except (UnreadableSource, OSError) as error:
            add_unread(findings, file, error)
            continue
        for name, rows in entity_sets:
            if name in KEYS:
                for record in _records(file, rows, findings, order):
                    _take(record, keys[name], KEYS[name])
                continue
            feed.others[name] = feed.others.get(name, 0) + len(rows)
            if path not in feed.other_files:
                feed.other_files.append(path)
    feed.sets = {name: list(by_key.values()) for name, by_key in keys.items()}
    return feed


def _take(record: Record, by_key: dict[tuple[str, ...], Record], members: tuple[str, ...]) -> None:
    key = tuple(record.text(member).casefold().strip("{}") for member in members)
    if not key[0]:
        record.findings.add(
            record.file,
            record.line,
            "no_key",
            Text("it has no {member}", member=members[0]),
            NOT_BROUGHT_IN,
            lost=True,
        )
    elif key not in by_key:
        by_key[key] = record
    elif by_key[key].values != record.values:
        first = by_key[key]
        reason = Text(
            "line {line} of {file} has the same {member}, and says otherwise",
            line=first.line, file=first.file, member=members[0],
        )  # fmt: skip
        title = record.text(members[0].removesuffix("Id") + "Name")
        record.findings.add(
            record.file, record.line, "repeated_key", reason, NOT_BROUGHT_IN, key[0], lost=True, title=title
        )


def _records(file: str, rows: Rows, findings: Findings, order: DayOrder | None) -> Iterator[Record]:
    days: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for _, values in rows:
        for name, value in values.items():
            names.setdefault(name.strip().casefold(), name.strip())
            if isinstance(value, str) and value[:1].isdigit() and name.endswith("Date"):
                days.setdefault(name.strip().casefold(), []).append(value.strip())
    conventions = Conventions(orders_of(days), order, names=names)
    for line, values in rows:
        by_name = {name.strip().casefold(): value for name, value in values.items()}
        yield Record(file, line, by_name, conventions, findings)


def _entity_sets(path: Path, file: str, findings: Findings) -> list[tuple[str, Rows]]:
    """The names of the sets that a file holds, and their rows: a workbook has one on each sheet. Raises UnreadableSource."""
    if is_json(path):
        name, rows = _of_json(path, file)
        return [(name or name_by_members(rows) or _name_by_label(path.stem), rows)]
    entity_sets = []
    for table in tables_in(path):
        rows = list(rows_of(table, findings))
        name = name_by_members(rows) or _name_by_label(table.sheet or path.stem)
        if rows or name in KEYS:
            entity_sets.append((name, rows))
    if not entity_sets:
        raise UnreadableSource("not_a_feed", Text("it holds no rows"), ENTITY_SET)
    return entity_sets


def _of_json(path: Path, file: str) -> tuple[str, Rows]:
    content, name = document_of(path), ""
    if is_object(content):
        members = members_of(content, file)
        for member in ("@odata.context", "odata.metadata"):
            if member in members and (match := _CONTEXT.search(str(value_of(members[member], file)))):
                name = match[1]
        content = _listed(members, file)
    rows = []
    for number, entry in enumerate(entries_of(content, file), 1):
        values = value_of(entry, file)
        if not isinstance(values, dict):
            raise UnreadableSource(
                "not_a_feed", Text("entry {number} of its list is no object", number=number), ENTITY_SET
            )
        rows.append((number, values))
    return name, rows


def _listed(members: Mapping[str, Any], file: str) -> Any:
    """The list in `{"value": …}`, `{"d": {"results": …}}` or `{"d": …}`."""
    if "value" in members:
        return members["value"]
    if "d" in members:
        inner = members["d"]
        return members_of(inner, file).get("results", inner) if bytes(inner)[:1] == b"{" else inner
    raise UnreadableSource("not_a_feed", Text("it holds no list: neither `value` nor `d`"), ENTITY_SET)


def name_by_members(rows: Rows) -> str:
    columns = {column.strip().casefold() for _, values in rows[:50] for column in values}
    for member, name in TELLING.items():
        if member in columns:
            return name
    if "baselinenumber" in columns:
        return TASK_BASELINES if "taskid" in columns else PROJECT_BASELINES
    if "assignmentid" in columns:
        return ASSIGNMENTS
    if "taskid" in columns:
        return TASKS
    if "resourceid" in columns and "projectid" not in columns:
        return RESOURCES
    return PROJECTS if "projectid" in columns and "projectname" in columns else ""


def is_feed(members: Iterable[str]) -> bool:
    """Whether these are members of an entity set, and not the columns of some table with an id of a project."""
    names = list(members)
    in_feed = [name for name in names if _OF_FEED.fullmatch(name.strip())]
    return len(in_feed) >= FEWEST_MEMBERS and bool(name_by_members([(1, dict.fromkeys(names))]))


def _name_by_label(label: str) -> str:
    """By what a file or a sheet is called."""
    letters = re.match(r"[A-Za-z]*", label)
    name = letters[0] if letters else ""
    return next((known_set for known_set in KEYS if known_set.casefold() == name.casefold()), name or label)

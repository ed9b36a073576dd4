"""Files as issues: the JSON of the search, page by page, and the CSV export with its repeated columns."""

import re
from collections.abc import Iterable, Iterator, Mapping
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
    let_go,
    members_of,
    rows_of,
    tables_in,
    value_of,
)
from services.imports.breakdown.texts import email_of, line_of, prose_of
from services.imports.findings import Findings
from services.imports.jira import fields
from services.imports.jira.issues import KEY, Assignee, Issue, category_of, is_epic
from services.imports.tables.mapping import DayOrder
from shared.base.text import folded
from shared.base.texts import Text

TOGETHER = 2_000
"""Entries of a large file that stand in memory at a time."""
EPIC_LINK, START, POINTS = "epic link", "start date", "story points"
FIELD_NAMES = {
    "epic link": EPIC_LINK, "epos-verknupfung": EPIC_LINK, "lien d'epopee": EPIC_LINK,
    "start date": START, "target start": START, "startdatum": START, "date de debut": START,
    "story points": POINTS, "story point estimate": POINTS,
}  # fmt: skip
"""Names of custom fields, folded."""
USUAL_FIELDS = {"customfield_10014": EPIC_LINK, "customfield_10015": START, "customfield_10016": POINTS}
"""Which custom fields they are in Jira's cloud, for files that name none."""
COUNTED = {
    "fixVersions": "fix versions", "components": "components", "labels": "labels", "attachment": "attachments",
    "issuelinks": "links between issues", "versions": "affected versions",
}  # fmt: skip


def issues_of(paths: Iterable[Path], findings: Findings, order: DayOrder | None = None) -> Iterator[Issue]:
    """The issues of all files; a file or an entry that is none is a finding."""
    for path in paths:
        try:
            yield from _of_json(path, findings) if is_json(path) else _of_table(path, findings, order)
        except (UnreadableSource, OSError) as error:
            add_unread(findings, path.name, error)


# --- JSON -----------------------------------------------------------------------------------------------------


def _of_json(path: Path, findings: Findings) -> Iterator[Issue]:
    whole, names = document_of(path), USUAL_FIELDS
    content = whole
    if is_object(content):
        members = members_of(content, path.name)
        if "issues" not in members:
            raise UnreadableSource(
                "no_issues",
                Text("it has no member `issues`"),
                Text("Save the answer of Jira's search (/rest/api/3/search)."),
            )
        if "names" in members:
            names = _custom_fields(value_of(members["names"], path.name)) or names
        content = members["issues"]
    for line, entry in enumerate(entries_of(content, path.name), 1):
        if line % TOGETHER == 1:
            let_go(whole)
        value = value_of(entry, path.name)
        key = value.get("key") if isinstance(value, dict) else None
        if not isinstance(key, str) or not KEY.fullmatch(key):
            findings.add(
                path.name, line, "no_key", Text("it has no key of an issue"), NOT_BROUGHT_IN, lost=True
            )
            continue
        inner = value.get("fields")
        yield _issue(key, value, inner if isinstance(inner, dict) else {}, names, path.name, line)


def _custom_fields(names: Any) -> dict[str, str]:
    """Id of a custom field -> what it is, of those that are used."""
    if not isinstance(names, dict):
        return {}
    return {
        id: FIELD_NAMES[folded(str(name))] for id, name in names.items() if folded(str(name)) in FIELD_NAMES
    }


def _issue(
    key: str,
    value: Mapping[str, Any],
    inner: Mapping[str, Any],
    names: Mapping[str, str],
    file: str,
    line: int,
) -> Issue:
    project, kind, status = inner.get("project"), inner.get("issuetype"), inner.get("status")
    parent = inner.get("parent")
    level = kind.get("hierarchyLevel") if isinstance(kind, dict) else None
    custom = {what: inner[id] for id, what in names.items() if inner.get(id) is not None}
    type_name, status_name = fields.name_in(kind), fields.name_in(status)
    resolved = fields.day_of(inner.get("resolutiondate"))
    category = status.get("statusCategory") if isinstance(status, dict) else None
    worklog = inner.get("worklog")
    return Issue(
        key, file, line,
        id=str(value.get("id", "")),
        project=fields.name_in(project, "key") or key.rpartition("-")[0],
        project_name=fields.name_in(project),
        summary=line_of(str(inner.get("summary") or "")),
        description=fields.plain_text(inner.get("description")),
        type=type_name,
        is_epic=level > 0 if isinstance(level, int) else is_epic(type_name),
        is_subtask=isinstance(kind, dict) and (kind.get("subtask") is True or level == -1),
        status=status_name,
        category=category_of(
            fields.name_in(category, "key") or fields.name_in(category), status_name,
            resolved is not None or isinstance(inner.get("resolution"), dict),
        ),
        parent=fields.name_in(parent, "key") or _key_in(custom.get(EPIC_LINK)),
        parent_summary=line_of(fields.name_in(parent.get("fields"), "summary")) if isinstance(parent, dict) else "",
        key_fields={
            id: text for id, text in inner.items()
            if id.startswith("customfield_") and isinstance(text, str) and KEY.fullmatch(text)
        },
        assignee=fields.assignee_of(inner.get("assignee")),
        due=fields.day_of(inner.get("duedate")),
        start=fields.day_of(custom.get(START)),
        resolved=resolved,
        points=fields.points_of(custom.get(POINTS)),
        spent_s=fields.whole(inner.get("timespent")),
        remaining_s=fields.whole(inner.get("timeestimate")),
        counts={
            **{kind: len(inner[m]) for m, kind in COUNTED.items() if isinstance(inner.get(m), list)},
            "comments": _total(inner.get("comment"), "comments"),
            "worklogs": _total(worklog, "worklogs"),
        },
    )  # fmt: skip


def _key_in(value: Any) -> str:
    return value if isinstance(value, str) and KEY.fullmatch(value) else ""


def _total(value: Any, member: str) -> int:
    if not isinstance(value, dict):
        return 0
    listed = value.get(member)
    return fields.whole(value.get("total")) or (len(listed) if isinstance(listed, list) else 0)


# --- CSV ------------------------------------------------------------------------------------------------------

_REPEATED = re.compile(r" \([0-9]+\)$")
_CUSTOM = re.compile(r"(?:custom field|benutzerdefinierte felder|champs personnalises) \((.+)\)")
COLUMNS = {
    "issue key": "key", "vorgangsschlussel": "key", "cle de ticket": "key", "cle": "key",
    "issue id": "id", "vorgangs-id": "id", "id de ticket": "id",
    "issue type": "type", "vorgangstyp": "type", "type de ticket": "type",
    "summary": "summary", "zusammenfassung": "summary", "resume": "summary",
    "description": "description", "beschreibung": "description",
    "status": "status", "etat": "status", "status category": "category", "statuskategorie": "category",
    "categorie d'etat": "category",
    "project key": "project", "projektschlussel": "project", "cle de projet": "project",
    "project name": "project_name", "projektname": "project_name", "nom du projet": "project_name",
    "parent": "parent", "parent id": "parent", "parent key": "parent", "parent summary": "parent_summary",
    "assignee": "assignee", "zugewiesene person": "assignee", "responsable": "assignee",
    "assignee id": "assignee_id", "id der zugewiesenen person": "assignee_id",
    "due date": "due", "fallig": "due", "echeance": "due", "start date": "start",
    "resolved": "resolved", "erledigt": "resolved", "resolution": "resolution", "losung": "resolution",
    "time spent": "spent", "remaining estimate": "remaining",
    "fix version/s": "fix versions", "fix versions": "fix versions", "labels": "labels", "sprint": "sprints",
    "component/s": "components", "components": "components", "comment": "comments", "attachment": "attachments",
    "log work": "worklogs",
}  # fmt: skip
"""Columns of the export, folded, in English, German and French."""
_LISTS = ("fix versions", "labels", "sprints", "components", "comments", "attachments", "worklogs")


def _of_table(path: Path, findings: Findings, order: DayOrder | None) -> Iterator[Issue]:
    table = tables_in(path)[0]
    columns = {column: what_column_is(column) for column in table.columns}
    if "key" not in columns.values():
        raise UnreadableSource(
            "no_issues", Text("it has no column `Issue key`"), Text("Export it with all columns, or as JSON.")
        )
    days: dict[str, list[str]] = {}
    for _, row in rows_of(table):
        for column, what in columns.items():
            if what in ("due", "start", START, "resolved") and isinstance(row[column], str):
                days.setdefault(what, []).append(row[column].strip())
    names = {what: column for column, what in columns.items() if what}
    conventions = Conventions(orders_of(days), order, names=names)
    for line, row in rows_of(table, findings):
        values: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for column, what in columns.items():
            if what in _LISTS:
                counts[what] = counts.get(what, 0) + (row[column] not in (None, ""))
            elif what and row[column] not in (None, "") and not values.get(what):
                values[what] = row[column]
        record = Record(path.name, line, values, conventions, findings)
        key = record.text("key")
        if KEY.fullmatch(key):
            yield _issue_of_row(key, record, counts)
        else:
            findings.add(
                path.name,
                line,
                "no_key",
                Text("it has no key of an issue"),
                NOT_BROUGHT_IN,
                lost=True,
                value=key,
            )


def what_column_is(column: str) -> str:
    """What a column is; of several with one name each."""
    name = folded(_REPEATED.sub("", column.strip()))
    if match := _CUSTOM.fullmatch(name):
        return FIELD_NAMES.get(match[1], "")
    return COLUMNS.get(name, FIELD_NAMES.get(name, ""))


def _issue_of_row(key: str, record: Record, counts: Mapping[str, int]) -> Issue:
    type_name, status = record.text("type"), record.text("status")
    resolved = record.day("resolved")
    points, spent, remaining = (record.number(name) for name in (POINTS, "spent", "remaining"))
    return Issue(
        key, record.file, record.line,
        id=record.text("id"),
        project=record.text("project") or key.rpartition("-")[0],
        project_name=record.text("project_name"),
        summary=line_of(record.text("summary")),
        description=prose_of(record.text("description")),
        type=type_name,
        is_epic=is_epic(type_name),
        is_subtask=folded(type_name).replace("-", "").replace(" ", "") in ("subtask", "unteraufgabe", "soustache"),
        status=status,
        category=category_of(record.text("category"), status, resolved is not None or _is_resolved(record)),
        parent=record.text("parent") or record.text(EPIC_LINK),
        parent_summary=line_of(record.text("parent_summary")),
        assignee=_assignee(record),
        due=record.day("due"), start=record.day("start") or record.day(START), resolved=resolved,
        points=float(points) if points is not None else None,
        spent_s=int(spent or 0), remaining_s=int(remaining or 0),
        counts=counts,
    )  # fmt: skip


def _is_resolved(record: Record) -> bool:
    return folded(record.text("resolution")) not in ("", "unresolved", "nicht erledigt", "non resolu")


def _assignee(record: Record) -> Assignee | None:
    name = line_of(record.text("assignee"))
    key = line_of(record.text("assignee_id"), 200) or name
    return Assignee(key, name or key, email_of(name)) if key else None

"""Members of the JSON of an issue: dates, people, numbers, and descriptions that are documents."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.imports.breakdown.records import certain_day
from services.imports.breakdown.texts import PROSE, email_of, line_of, prose_of
from services.imports.jira.issues import Assignee

_BLOCKS = {"paragraph", "heading", "listItem", "codeBlock", "blockquote", "tableRow", "panel", "rule"}
_MOST_NODES = 20_000


def plain_text(value: Any) -> str:
    """A description: a text, or a document in Atlassian's format (ADF), whose texts are taken in order."""
    if isinstance(value, str):
        return prose_of(value)
    if not isinstance(value, dict):
        return ""
    parts: list[str] = []
    waiting: list[Any] = [value]
    length = nodes = 0
    while waiting and length < PROSE and nodes < _MOST_NODES:
        node, nodes = waiting.pop(), nodes + 1
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, dict):
            text = _own_text(node)
            parts.append(text)
            length += len(text)
            if str(node.get("type")) in _BLOCKS:
                waiting.append("\n")
            content = node.get("content")
            waiting += reversed(content) if isinstance(content, list) else []
    return prose_of("".join(parts))


def _own_text(node: Mapping[str, Any]) -> str:
    attributes = node.get("attrs")
    attributes = attributes if isinstance(attributes, dict) else {}
    match node.get("type"):
        case "text":
            return str(node.get("text", ""))
        case "hardBreak":
            return "\n"
        case "mention" | "emoji" | "status":
            return str(attributes.get("text", ""))
        case "inlineCard" | "blockCard":
            return str(attributes.get("url", ""))
    return ""


def day_of(value: Any) -> date | None:
    """The day of a date or an instant as Jira writes it; None for anything else."""
    return certain_day(value.strip()) if isinstance(value, str) else None


def assignee_of(value: Any) -> Assignee | None:
    """The person in a member; cloud names the account, a server the user's name."""
    if not isinstance(value, dict):
        return None
    name, email = line_of(_text(value, "displayName")), email_of(_text(value, "emailAddress"))
    key = line_of(
        _text(value, "accountId") or _text(value, "key") or _text(value, "name") or email or name, 200
    )
    return Assignee(key, name or email or key, email, value.get("active") is not False) if key else None


def name_in(value: Any, member: str = "name") -> str:
    """A member of an object as a text; empty where there is none."""
    return _text(value, member) if isinstance(value, dict) else ""


def whole(value: Any) -> int:
    """A number of seconds or of things; 0 for anything else."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value < 10**12 else 0


def points_of(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 10**6 else None


def _text(value: Mapping[str, Any], member: str) -> str:
    inner = value.get(member)
    return str(inner) if isinstance(inner, str | int) and not isinstance(inner, bool) else ""

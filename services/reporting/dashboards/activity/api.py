"""Activity: what happened, by whom, when, newest first."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import Field

from services.reporting.asof import FOREVER, AsOf, AsOfQuery
from services.reporting.dashboard import DashboardList
from services.reporting.reading import Reading, State
from shared.base.clock import to_wire
from shared.contracts import language
from shared.contracts.language import AnswerShape, Instant
from shared.domain.access.conditions import visible
from shared.domain.access.rights import Sight
from shared.http.keyset import Keyset
from shared.http.paging import Page, PageShape
from shared.http.parameters import filter_text
from shared.http.path import Id
from shared.http.query import Cursor, Limit
from shared.store import Store

COLUMNS = (
    "event_id", "type", "actor", "aggregate_type", "aggregate_id", "version", "project_id", "effective_at",
    "recorded_at", "changed", "fact",
)  # fmt: skip
FILTERS = ("project_id", "aggregate_id", "actor", "type")
"""What the activity can be narrowed by."""


class ActivityItem(AnswerShape):
    """One fact. `who` is the subject of the token; names of people live in the resources service."""

    id: language.Id
    """The id of the event."""
    type: str
    """The type of the event."""
    who: str
    """Who did it."""
    at: Instant
    """When it was recorded."""
    effective_at: Instant
    """When it became true."""
    aggregate_type: str
    """What it happened to."""
    aggregate_id: language.Id
    """The id of what it happened to."""
    version: int
    """The version that it made."""
    project_id: language.Id | None
    """The project it belongs to."""
    changed: list[str]
    """The members that differ from the version before."""
    fact: dict[str, Any]
    """The fact's own details."""


class ActivityPage(PageShape):
    """What happened, by whom, when."""

    items: list[ActivityItem]
    """The facts of this page, the newest first."""


class ActivityQuery(AsOfQuery):
    """As of which day, and which facts."""

    project_id: tuple[Id, ...] = Field(
        default=(), description=filter_text("project_id", "The project it belongs to.")
    )
    aggregate_id: tuple[Id, ...] = Field(
        default=(), description=filter_text("aggregate_id", "What it happened to.")
    )
    actor: tuple[str, ...] = Field(
        default=(), description=filter_text("actor", "Who did it: the subject of the token.")
    )
    type: tuple[str, ...] = Field(default=(), description=filter_text("type", "The type of the event."))
    limit: Limit = None
    cursor: Cursor = None


async def activity_page(reading: Reading[ActivityQuery]) -> Page[State]:
    keyset = Keyset("event_id", {}, "reporting.activity", default=(("recorded_at", True),))
    if reading.at.until is not None:
        keyset.narrow("effective_at <= ?", reading.at.until)
    for name in FILTERS:
        keyset.any_of(name, getattr(reading.query, name), "id" if name.endswith("_id") else "code")
    if condition := visible(reading.sight, ("scope",), reading.store.dialect):
        keyset.narrow(condition[0], *condition[1])
    keyset.is_long = bool(reading.query.actor or reading.query.type) or reading.at.until is not None
    return (await keyset.page(reading.call, ", ".join(COLUMNS), "history")).each(item)


async def newest_items(
    store: Store, at: AsOf, sight: Sight, project_id: str | None, count: int, skipped: int
) -> list[State]:
    """Items, newest first, of one project or of all; `skipped` of them were read before."""
    text = f"SELECT {', '.join(COLUMNS)} FROM history WHERE effective_at <= ?"
    params: list[Any] = [FOREVER if at.until is None else at.until]
    if project_id is not None:
        text, params = f"{text} AND project_id = ?", [*params, project_id]
    if condition := visible(sight, ("scope",), store.dialect):
        text, params = f"{text} AND {condition[0]}", [*params, *condition[1]]
    order = f" ORDER BY recorded_at DESC, event_id LIMIT {count} OFFSET {skipped}"
    return [item(row) for row in await store.fetch(text + order, params)]


def item(row: Sequence[Any]) -> State:
    event = dict(zip(COLUMNS, row, strict=True))
    return {
        "id": event["event_id"],
        "type": event["type"],
        "who": event["actor"],
        "at": to_wire(event["recorded_at"]),
        "effective_at": to_wire(event["effective_at"]),
        "aggregate_type": event["aggregate_type"],
        "aggregate_id": event["aggregate_id"],
        "version": event["version"],
        "project_id": event["project_id"],
        "changed": event["changed"].split(",") if event["changed"] else [],
        "fact": json.loads(event["fact"]),
    }


ACTIVITY = DashboardList("/v1/activity", ActivityPage, ActivityQuery, activity_page, tag="Activity")

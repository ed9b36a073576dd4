"""What becomes due in a service, and what was told of it: a page of the rows that the caller sees."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from shared.base.clock import from_micros
from shared.contracts.language import AnswerShape, Id, Instant, entry_of
from shared.domain.access.conditions import visible
from shared.domain.due.declaring import DUES
from shared.domain.due.rows import WAITS
from shared.http import paging, parameters
from shared.http.call import Answer, Call
from shared.http.keyset import Keyset
from shared.http.paging import PageShape
from shared.http.parameters import filter_text, read_value
from shared.http.path import Id as IdText
from shared.http.query import Cursor, Limit, Query
from shared.http.routes import Routes

COLUMNS = (
    "id",
    "kind",
    "aggregate_type",
    "aggregate_id",
    "due_at",
    "stands",
    "fired_for",
    "fired_at",
    "fired_version",
    "scope",
)


class DueState(StrEnum):
    WAITING = "waiting"
    FIRED = "told"


class DueItem(AnswerShape):
    """What becomes due of one aggregate: an instant that waits, or that was told last."""

    id: Id
    """The same for the same aggregate and kind."""
    kind: Annotated[str, Field(examples=["work_package.overdue"])]
    """The aggregate and the fact that tells it."""
    aggregate_type: str
    """Of what it becomes due."""
    aggregate_id: Id
    """The id of that."""
    state: DueState
    """Whether it waits, or was told."""
    due_at: Instant
    """When it is due, or was."""
    told_at: Instant | None
    """When it was told last; null where it never was."""
    told_for: Instant | None
    """For which instant it was told last."""
    told_version: int | None
    """The version of the aggregate that told it last."""
    stands: bool
    """Whether it is still so: of a package that was completed since, nothing is due any more."""
    scope_id: Id | None
    """The node in which the aggregate lies; null: the instance."""


class DuePage(PageShape):
    """What becomes due."""

    items: list[DueItem]
    """The earliest first."""


class DueQuery(Query):
    """Which rows are read."""

    id: Annotated[tuple[IdText, ...], parameters.ids_parameter("Its id.")] = ()
    aggregate_id: tuple[IdText, ...] = Field(
        default=(), description=filter_text("aggregate_id", "The aggregate of which it becomes due.")
    )
    aggregate_type: tuple[str, ...] = Field(
        default=(), description=filter_text("aggregate_type", "Such as `work_package`.")
    )
    scope_id: tuple[IdText, ...] = Field(
        default=(), description=filter_text("scope_id", "The node in which the aggregate lies.")
    )
    stands: Literal["true", "false"] | None = Field(
        default=None, description="Only what is still so, or only what is no more."
    )
    kind: tuple[str, ...] = Field(
        default=(), description=filter_text("kind", "Such as `work_package.overdue`.")
    )
    state: DueState | None = Field(default=None, description="Only what waits, or only what was told.")
    due_from: Annotated[
        str | None,
        Field(
            alias="due_at[gte]",
            description="Only what is due at this instant or later.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None
    due_until: Annotated[
        str | None,
        Field(
            alias="due_at[lt]",
            description="Only what is due before this instant.",
            json_schema_extra={"format": "date-time"},
        ),
    ] = None
    limit: Limit = None
    cursor: Cursor = None


def routes(service: str) -> Routes:
    routes = Routes(
        service, "Due", names_service=True, about="What becomes due by time alone, and what was told of it."
    )

    @routes.get("/v1/due", headers=(paging.PREFER,))
    async def due(call: Call, query: DueQuery) -> Answer[DuePage]:
        """What becomes due. The earliest first; of what lies where the caller sees it."""
        keyset = Keyset("id", {}, f"{service}.due", default=(("due_at", False),))
        keyset.narrow("(stands = 1 OR fired_at IS NOT NULL)")
        for name in ("id", "aggregate_id", "aggregate_type", "kind"):
            keyset.any_of(name, getattr(query, name), "id" if name.endswith("id") else "code")
        if query.scope_id:
            keyset.any_of("scope", query.scope_id, "id")
        if query.stands is not None:
            keyset.narrow("stands = ?", int(query.stands == "true"))
        if query.state is not None:
            keyset.narrow(WAITS if query.state is DueState.WAITING else f"NOT ({WAITS})")
        for bound, operator in ((query.due_from, ">="), (query.due_until, "<")):
            if bound is not None:
                name = "due_at[gte]" if operator == ">=" else "due_at[lt]"
                keyset.narrow(f"due_at {operator} ?", read_value("instant", bound, name))
        _narrow_to_sight(call, service, keyset)
        page = await keyset.page(call, ", ".join(COLUMNS), "due")
        return paging.answer(call, page.each(_item))

    return routes


def _narrow_to_sight(call: Call, service: str, keyset: Keyset) -> None:
    """What is restricted is seen by who may see that; all else as in any list."""
    rights, dialect = call.rights, call.kernel.store.dialect
    entries = [entry_of(shape) for shape in DUES if entry_of(shape).service == service]
    restricted = [entry.name for entry in entries if entry.is_restricted]
    condition = visible(rights.sight, ("scope",), dialect)
    if not restricted:
        if condition is not None:
            keyset.narrow(condition[0], *condition[1])
        return
    marks = ", ".join("?" * len(restricted))
    plain_rows, plain_params = condition or ("1 = 1", [])
    own_rows, own_params = visible(rights.restricted_sight, ("scope",), dialect) or ("1 = 1", [])
    keyset.narrow(
        f"((aggregate_type NOT IN ({marks}) AND {plain_rows}) OR (aggregate_type IN ({marks}) AND {own_rows}))",
        *restricted, *plain_params, *restricted, *own_params,
    )  # fmt: skip


def _item(row: Sequence[Any]) -> str:
    id, kind, aggregate_type, aggregate_id, due_at, stands, fired_for, fired_at, version, scope = row
    waits = bool(stands) and due_at != fired_for
    item = DueItem(
        id=id, kind=kind, aggregate_type=aggregate_type, aggregate_id=aggregate_id,
        state=DueState.WAITING if waits else DueState.FIRED, due_at=from_micros(due_at),
        told_at=None if fired_at is None else from_micros(fired_at),
        told_for=None if fired_at is None else from_micros(fired_for), told_version=version,
        stands=bool(stands), scope_id=scope,
    )  # fmt: skip
    return item.model_dump_json()

"""The event feed of a service: pages of its outbox, and the same as a live stream (SSE), for those without Kafka."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from pydantic import Field

from shared.base.errors import Gone
from shared.base.texts import Text
from shared.contracts.envelope import envelope_schema
from shared.contracts.language import CLASSES, OPEN_TO_READERS, Visibility, topics_of
from shared.domain.access.conditions import visible
from shared.http.call import Answer, Call
from shared.http.operation import Parameter
from shared.http.query import Query, Whole
from shared.http.routes import Routes
from shared.messaging.bus.embedded import EVERY_EVENT, SLICE, Heads, Slice, heads_at, read_slice
from shared.messaging.bus.protocol import ALL, CLASSES_SHOWN, SIGHT_SHOWN, Record

PAGE = 500
KEEP_ALIVE_S = 15.0
MOST_PASSED = 20_000
"""Events that are looked at for one page; where all of them are hidden, the page is empty and says where to go on."""

_EPOCH = {
    "type": "integer",
    "description": "As in the `source` of the events. Where it differs from the one before, the store was restored from"
    " a backup and its positions mean other events: start again from the beginning.",
}
_PAGE = {
    "title": "EventPage",
    "type": "object",
    "required": ["items", "position", "epoch"],
    "properties": {
        "items": {
            "type": "array",
            "description": "In the order of their positions.",
            "items": envelope_schema() | {"title": "Event"},
        },
        "position": {"type": "string", "description": "Send it as `after` to read on."},
        "epoch": _EPOCH,
        "next": {"type": "string", "description": "The same, where more events wait."},
    },
}
_HEADS = {
    "title": "EventHeads",
    "type": "object",
    "required": ["epoch", "last", "items"],
    "properties": {
        "epoch": _EPOCH,
        "last": {
            "type": "string",
            "description": "The last position of all, published or not. A consumer that has applied a later one"
            " knows that the store lost its last commits.",
        },
        "items": {
            "type": "array",
            "description": "A partition that has no event yet is left out.",
            "items": {
                "title": "EventHead",
                "type": "object",
                "required": ["topic", "partition", "position"],
                "properties": {
                    "topic": {"type": "string", "description": "The name of the topic."},
                    "partition": {"type": "integer", "description": "From 0 to 11."},
                    "position": {"type": "string", "description": "Of the last event there, its `sequence`."},
                },
            },
        },
    },
}
_POSITION = {"type": "string", "pattern": "^0{0,2}[0-9]{1,18}$", "examples": ["42", "00000000000000000042"]}
"""As an event's `sequence` writes it, or without the zeros before it."""
_SENT = {
    "title": "SentEvent",
    "type": "object",
    "description": "Each event of the stream; between them comments say that it is still there.",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "Its position.", "pattern": "^[0-9]{1,18}$"},
        "event": {"type": "string", "description": "Its type."},
        "data": {
            "type": "string",
            "description": "A CloudEvent 1.0.",
            "contentMediaType": "application/json",
        },
    },
}
"""OpenAPI 3.1 cannot describe the items of a stream, so this is the schema of one item."""
_SEEN = Parameter("Last-Event-ID", "The id of the event received last: those after it are sent.", _POSITION)


class FeedRange(Query):
    """Which events are read."""

    after: Annotated[
        str | None,
        Parameter(
            "after", "A position, or the `sequence` of an event: those after it are answered.", _POSITION
        ),
    ] = None
    type: tuple[str, ...] = Field(default=(), description="Only events of this type; several are possible.")


class FeedPage(FeedRange):
    """And how many at a time."""

    limit: Whole = Field(default=PAGE, ge=1, le=PAGE, description="Events a page, at most 500.")


def routes(service: str) -> Routes:
    routes = Routes(
        service,
        "Events",
        names_service=True,
        about="What happened in this service, in order: page by page, or live.",
    )
    everything = topics_of(service)
    for_readers = topics_of(service, classes=OPEN_TO_READERS)

    def topics(call: Call) -> list[str]:
        return everything if call.may("restricted") else for_readers

    def classes(call: Call) -> list[Visibility]:
        return list(CLASSES if call.may("restricted") else OPEN_TO_READERS)

    @routes.get("/v1/events", schema=_PAGE, refusals=(410,))
    async def events(call: Call, query: FeedPage) -> Answer:
        """What happened, page by page. Events of the classes that the token may see, which `Portolan-Classes` names; others
        are passed over, and so is what lies in a portfolio, programme or project that the caller does not see;
        `Portolan-Sight: all` says that there can be none. A position beyond the end answers 410: the store was restored from a backup."""
        after = await _reached(call, query.after or "0")
        reached, records, full = await _page(call, topics(call), after, query.limit, query.type)
        shown = ",".join(record.value.decode() for record in records)
        more = f',"next":"{reached}"' if full else ""
        epoch = call.kernel.store.epoch
        page = f'{{"items":[{shown}],"position":"{reached}","epoch":{epoch}{more}}}'
        extent = ALL if call.rights.sees_all else "part"
        headers = {CLASSES_SHOWN: " ".join(classes(call)), SIGHT_SHOWN: extent}
        return Answer(200, page.encode(), headers)

    @routes.get("/v1/events/heads", schema=_HEADS)
    async def heads(call: Call) -> Answer:
        """Where the topics end. The last event of every partition that has one, as far as they are published: a consumer
        that has read to the end of a topic and ends before it misses what the broker lost. Who sees only some
        portfolios, programmes or projects is given none."""
        store = call.kernel.store
        ends = await _heads(call, topics(call), await _published(call))
        items = [{"topic": t, "partition": p, "position": str(position)} for (t, p), position in ends.items()]
        heads_body = {"epoch": store.epoch, "last": str(await _last(call)), "items": items}
        return Answer(200, json.dumps(heads_body).encode())

    @routes.get(
        "/v1/events/stream",
        schema=_SENT,
        headers=(_SEEN,),
        produces=("text/event-stream",),
        refusals=(410,),
    )
    async def stream(call: Call, query: FeedRange) -> Answer:
        """What happens, as it happens. Server-sent events; `Last-Event-ID` (or `after`) says where to go on, default
        now."""
        start = call.header("last-event-id") or query.after
        after = await _last(call) if start is None else await _reached(call, start)
        events = _live(call, topics(call), after, query.type)
        return Answer(
            200, stream=events, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return routes


async def _page(
    call: Call, topics: Sequence[str], after: int, limit: int, types: Sequence[str]
) -> tuple[int, list[Record], bool]:
    """The position read to, the wanted events up to it, and whether `limit` events, wanted or not, were passed.

    What the caller does not see does not count, but only so much of it is passed over for one page."""
    heads = await _heads(call, topics, after)
    records: list[Record] = []
    remaining = MOST_PASSED
    while limit > 0 and remaining > 0:
        size = min(limit, SLICE)
        after, passed, visible_events, records_read = await _slice(call, topics, after, size, heads, types)
        records += records_read
        limit -= visible_events
        remaining -= passed
        if passed < size:
            return after, records, False
    return after, records, True


async def _heads(call: Call, topics: Sequence[str], position: int) -> Heads:
    """The last positions before one, of what the caller sees; to look for those of a few parts would take too long."""
    if call.sight.only is not None:
        return {}
    return await heads_at(call.kernel.store, topics, position, visible=_visible(call))


def _visible(call: Call) -> tuple[str, Sequence[str]]:
    return visible(call.sight, ("scope",), call.kernel.store.dialect) or EVERY_EVENT


async def _slice(
    call: Call, topics: Sequence[str], after: int, size: int, heads: Heads, types: Sequence[str]
) -> Slice:
    """The next events; however many read at once, one slice is read in each turn of the event loop."""
    async with call.kernel.slicing:
        records_read = await read_slice(call.kernel.store, topics, after, size, heads, types, _visible(call))
        await asyncio.sleep(0)
    return records_read


async def _reached(call: Call, text: str) -> int:
    """The position to read on from. One beyond the end is of an earlier epoch: waiting for it, the caller would miss
    all that happens until then."""
    position = int(text)
    if position and position > (last := await _last(call)):
        raise Gone(
            Text(
                "the events end at {last}: the store was restored since that position was given, so start from the beginning",
                last=last,
            ),
            code="position_beyond_end",
            epoch=call.kernel.store.epoch,
            position=str(last),
        )
    return position


async def _published(call: Call) -> int:
    """How far the events can be read: to where the relay is or, without Kafka, to the last one."""
    if call.kernel.settings.bus_url == "embedded:":
        return await _last(call)
    rows = await call.kernel.store.fetch("SELECT published_position FROM relay_state")
    return int(rows[0][0])


async def _last(call: Call) -> int:
    rows = await call.kernel.store.fetch("SELECT last FROM counter")
    return int(rows[0][0])


async def _live(call: Call, topics: Sequence[str], after: int, types: Sequence[str]) -> AsyncIterator[bytes]:
    """Tails the database, so that every replica shows every event.

    It suspends between two slices, so that others are answered and `answers` can end it when its reader is gone.
    """
    woken = asyncio.Event()
    call.kernel.nudges.append(woken.set)
    try:
        yield b": connected\n\n"
        heads = await _heads(call, topics, after)
        clock = asyncio.get_running_loop().time
        sent_at = clock()
        while True:
            woken.clear()
            await call.know_rights()
            after, passed, _, records = await _slice(call, topics, after, SLICE, heads, types)
            if records:
                yield b"".join(map(_sent, records))
            elif clock() - sent_at > KEEP_ALIVE_S or (not passed and not await _woken(woken)):
                yield b": still here\n\n"
            else:
                continue
            sent_at = clock()
    finally:
        call.kernel.nudges.remove(woken.set)


def _sent(record: Record) -> bytes:
    """An event as the stream writes it."""
    head = f"id: {record.position}\nevent: {record.event.type}\ndata: "
    return head.encode() + record.value + b"\n\n"


async def _woken(woken: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(KEEP_ALIVE_S):
            await woken.wait()
        return True
    except TimeoutError:
        return False

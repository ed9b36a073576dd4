"""The versions of all aggregates of a service, in the order in which they were written, as far as the caller sees them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import httpx
import msgspec

from services.exports.asking import ExportFailed, ask
from shared.contracts.envelope import Envelope

PAGE = 500


class Heads(msgspec.Struct):
    """Where the events of a service end."""

    epoch: int
    last: str


class Page(msgspec.Struct):
    """Events, and the position up to which they were read."""

    items: list[Envelope]
    position: str
    epoch: int
    next: str | None = None


@dataclass(frozen=True)
class Extent:
    """What of a service's events is read: those up to a position of one epoch."""

    epoch: int
    last: int


async def extent_of(client: httpx.AsyncClient, service: str) -> Extent:
    """As it is now."""
    heads = msgspec.json.decode((await ask(client, f"/{service}/v1/events/heads")).content, type=Heads)
    return Extent(heads.epoch, int(heads.last))


@dataclass
class Sight:
    """How much of the events the caller was shown."""

    classes: str = ""
    is_everything: bool = True

    def note(self, answer: httpx.Response) -> None:
        self.classes = answer.headers.get("Portolan-Classes", self.classes)
        self.is_everything = self.is_everything and answer.headers.get("Portolan-Sight") == "all"


async def events_of(
    client: httpx.AsyncClient, service: str, extent: Extent, sight: Sight
) -> AsyncIterator[Sequence[Envelope]]:
    """Pages of events up to the end of the extent. ExportFailed where the store was restored from a backup meanwhile."""
    after: str | None = "0"
    while after is not None and (after == "0" or int(after) < extent.last):
        answer = await ask(client, f"/{service}/v1/events", {"after": after, "limit": str(PAGE)})
        page = msgspec.json.decode(answer.content, type=Page)
        sight.note(answer)
        if page.epoch != extent.epoch:
            raise ExportFailed(
                f"the store of {service} was restored from a backup meanwhile: export it again"
            )
        yield [event for event in page.items if int(event.sequence) <= extent.last]
        after = page.next

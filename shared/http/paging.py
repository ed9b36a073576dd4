"""Pages: `{items, next?, total?}`, where the next one is, and how many there are in all for those who ask."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from shared.contracts.language import AnswerShape, absent
from shared.http.call import Answer, Call
from shared.http.operation import Parameter

TOTAL_COUNT = "total-count"
PREFER = Parameter(
    "Prefer",
    f"`return={TOTAL_COUNT}`: `total` says how many there are on all pages. Others mean nothing here.",
)


class PageShape(AnswerShape):
    """What every page has beside its `items`."""

    next: Annotated[
        str | None,
        Field(
            description="Send it as `cursor` to get the next page; absent on the last one.",
            json_schema_extra=absent,
        ),
    ] = None
    total: Annotated[
        int | None,
        Field(
            ge=0,
            description="How many there are on all pages, where `Prefer` asks for it.",
            json_schema_extra=absent,
        ),
    ] = None


T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some of what a list holds, the cursor of what follows, and how many there are in all where that was asked."""

    items: list[T]
    next: str | None
    total: int | None = None

    def each(self, make: Callable[[T], U]) -> "Page[U]":
        return Page([make(item) for item in self.items], self.next, self.total)


def wants_total(call: Call) -> bool:
    """Whether `Prefer` (RFC 7240) asks for the number of all; of a preference given twice the first one counts."""
    for preference in (call.header("prefer") or "").split(","):
        name, _, value = preference.partition(";")[0].partition("=")
        if name.strip().lower() == "return":
            return value.strip().strip('"') == TOTAL_COUNT
    return False


def answer(call: Call, page: Page[str] | Page[str | bytes], tag: str | None = None) -> Answer:
    """`{items, next?, total?}` with the Link header; the items are JSON already.

    `tag` is the ETag, where more is known of the items than their bytes; it is made of those otherwise.
    """
    headers = {} if tag is None else {"ETag": tag}
    end = "]"
    if page.next:
        end += f',"next":{json.dumps(page.next)}'
        headers["Link"] = f'<{call.scope["path"]}?{_next_query(call, page.next)}>; rel="next"'
    if page.total is not None:
        end += f',"total":{page.total}'
        headers["Preference-Applied"] = f"return={TOTAL_COUNT}"
    pieces = [b'{"items":[']
    for item in page.items:  # joined once: a page is some 200 KB
        pieces.append(item if isinstance(item, bytes) else item.encode())
        pieces.append(b",")
    pieces[max(1, len(pieces) - 1) :] = [end.encode(), b"}"]
    return Answer(200, b"".join(pieces), headers)


def _next_query(call: Call, following: str) -> str:
    parameters = [(k, v) for k, values in call.query.items() for v in values if k != "cursor"]
    return urlencode([*parameters, ("cursor", following)])

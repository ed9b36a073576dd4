"""Compressed answers: gzip for callers that accept it, if it saves time and does no harm.

Not compressed: streams, short answers, pages (they hold a form's token beside what a query may repeat, and the length of
a compressed page would give it away), and what has a strong ETag: that one names the bytes, and `If-Match` needs it.
"""

import asyncio
import gzip
import re

from shared.http.call import Answer, Call

SHORTEST = 1024
LEVEL = 5
AT_ONCE = 64 * 1024
"""Bytes that are compressed in one go, some two milliseconds; more on a thread."""
MEDIA_TYPES = ("application/", "text/plain", "text/css", "text/javascript", "image/svg+xml")
_QUALITY = re.compile(r"q=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)")


async def compressed(answer: Answer, call: Call) -> Answer:
    """The answer as the caller takes it best."""
    if not _may_be(answer) or not accepts_gzip(call.sent.get(b"accept-encoding", b"").decode("latin-1")):
        return answer
    if len(answer.body) <= AT_ONCE:
        body = gzip.compress(answer.body, LEVEL, mtime=0)
    else:
        body = await asyncio.to_thread(gzip.compress, answer.body, LEVEL, mtime=0)
    headers = answer.headers | {"Content-Encoding": "gzip"}
    return Answer(answer.status, body, headers, answer.media_type)


def _may_be(answer: Answer) -> bool:
    return (
        answer.stream is None
        and len(answer.body) >= SHORTEST
        and answer.media_type.startswith(MEDIA_TYPES)
        and "Content-Encoding" not in answer.headers
        and not answer.headers.get("ETag", "").startswith('"')
    )


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding wants gzip at least as much as what is not compressed (RFC 9110, 12.5.3)."""
    named: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = _QUALITY.search(parameters)
        named[name.strip()] = float(quality[1]) if quality else 1.0
    wanted = named.get("gzip", named.get("x-gzip", named.get("*", 0.0)))
    return wanted > 0 and wanted >= named.get("identity", 0.0)

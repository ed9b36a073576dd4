"""Connections of one process: how many there may be, how long each may take, and what is refused before the
application sees it.

    connection -> head (10 s, 16 KiB, 100 lines) -> application -> answer -> idle (75 s) -> head -> …
                  └ 408, 431, 400 as a problem       └ the rest of a body that nobody reads is let in for a moment,
    └ beyond the limit the longest waiting one         so that its sender sees the answer
      is closed; 503 where none waits

limits         how many connections, how long they may take, and which of them wait
request_head   the header lines of a request: their size, and what could be read in two ways
response_head  the first bytes of an answer, and whether the connection ends with it
protocol       uvicorn's protocol with these limits
"""

from shared.runtime.connections.limits import ConnectionLimits
from shared.runtime.connections.protocol import LimitedProtocol

__all__ = ["ConnectionLimits", "LimitedProtocol"]

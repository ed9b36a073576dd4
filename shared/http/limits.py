"""The rate limit: so many requests a minute and principal, counted in this process; 429 says when to come again."""

from dataclasses import dataclass, field
from time import time

from shared.errors import TooManyRequests

WINDOW_S = 60


@dataclass
class RateLimit:
    """A fixed window per principal; `per_minute` 0 means no limit."""

    per_minute: int
    _counted: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, principal: str) -> dict[str, str]:
        """Count one request; answers the RateLimit headers, or refuses."""
        if not self.per_minute:
            return {}
        now = int(time())
        window, reset = now // WINDOW_S, WINDOW_S - now % WINDOW_S
        last, used = self._counted.get(principal, (window, 0))
        used = used + 1 if last == window else 1
        if len(self._counted) > 10_000:
            self._counted.clear()
        self._counted[principal] = (window, used)
        headers = {
            "RateLimit-Limit": str(self.per_minute),
            "RateLimit-Remaining": str(max(0, self.per_minute - used)),
            "RateLimit-Reset": str(reset),
        }
        if used > self.per_minute:
            raise TooManyRequests(
                f"{self.per_minute} requests a minute are allowed",
                headers=headers | {"Retry-After": str(reset)},
            )
        return headers

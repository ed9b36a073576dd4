"""Cross-origin requests: off, unless the settings list the origin."""

from collections.abc import Mapping, Sequence

EXPOSED = (
    "ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining,"
    " RateLimit-Reset, Portolan-Position, Portolan-Parked, Portolan-Classes, Portolan-Sight, Preference-Applied, Idempotency-Replayed, WWW-Authenticate,"
    " Allow, Accept-Patch, Accept-Post, Accept-Encoding, X-Request-ID"
)
"""Every header of an answer that a script could not read otherwise; a test walks what is sent."""
ACCEPTED = (
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Portolan-After, Portolan-Effective-At,"
    " Last-Event-ID, X-Request-ID, traceparent, tracestate, Prefer"
)


def headers(sent: Mapping[bytes, bytes], allowed: Sequence[str]) -> dict[str, str]:
    """What is added to an answer for an allowed origin; nothing for any other."""
    origin = sent.get(b"origin", b"").decode("latin-1")
    if not origin or origin not in allowed:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}


def preflight(sent: Mapping[bytes, bytes], allowed: Sequence[str], methods: str) -> dict[str, str]:
    """The same for an OPTIONS request that asks first."""
    granted = headers(sent, allowed)
    if not granted:
        return {}
    return granted | {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": ACCEPTED,
        "Access-Control-Max-Age": "600",
    }

"""An event as it is published: the CloudEvents envelope, and the `data` in it."""

import msgspec


class Change(msgspec.Struct, gc=False):
    """The `data` of an event; state and fact stay bytes until somebody needs them."""

    version: int
    effective_at: str
    state: msgspec.Raw
    changed: list[str]
    fact: msgspec.Raw


class Envelope(msgspec.Struct, gc=False):
    """A CloudEvent as Portolan publishes it."""

    id: str
    source: str
    type: str
    subject: str
    time: str
    recordedat: str
    partitionkey: str
    sequence: str
    previoussequence: str
    authid: str
    data: Change
    authtype: str = "user"
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""

"""A version of an aggregate as a line of JSON: what an export writes, and what is read back into an empty instance."""

from collections.abc import Sequence

import msgspec

from shared.contracts.envelope import Envelope


class Line(msgspec.Struct, frozen=True):
    """One version: the whole state, what happened, and who did it when. The state is as the service answered it."""

    id: str
    version: int
    type: str
    """What happened: `portolan.projects.project.approved.v1`."""
    effective_at: str
    """When it became true."""
    recorded_at: str
    """When it was written down."""
    who: str
    """The subject of the token with which it was done."""
    who_type: str
    changed: Sequence[str]
    """The members that differ from the version before."""
    fact: msgspec.Raw
    """The details of what happened, such as a reason."""
    position: int
    """Its place among all versions of its service."""
    state: msgspec.Raw


def line_of(event: Envelope) -> Line:
    """The line of an event."""
    data = event.data
    return Line(
        id=event.subject,
        version=data.version,
        type=event.type,
        effective_at=data.effective_at,
        recorded_at=event.recordedat,
        who=event.authid,
        who_type=event.authtype,
        changed=data.changed,
        fact=data.fact,
        position=int(event.sequence),
        state=data.state,
    )


def kind_of(event_type: str) -> str:
    """`projects.project` of `portolan.projects.project.approved.v1`."""
    return ".".join(event_type.split(".")[1:3])


write = msgspec.json.Encoder().encode
read = msgspec.json.Decoder(Line).decode

"""Every refusal Portolan gives, as one small tree: the caller's mistakes are raised as these and as nothing else.

    Refusal
    ├── Malformed              400  the request cannot be read
    ├── Unauthenticated        401  no valid token
    ├── Forbidden              403  visible, but not allowed
    ├── NotFound               404  not there, or not visible to the caller
    ├── MethodNotAllowed       405
    ├── NotAcceptable          406
    ├── RequestTimeout         408  the head of the request does not come
    ├── Conflict               409  illegal in the present state
    │   ├── IllegalMove             a state move that the state does not allow
    │   ├── Duplicate               a unique key is taken
    │   ├── Erased                  a person who is told of no more
    │   └── NotYetKnown             a reference that may still arrive: try again
    ├── Gone                   410  it is no longer valid
    ├── PreconditionFailed     412  the If-Match is stale
    ├── TooLarge               413
    ├── UriTooLong             414
    ├── UnsupportedMediaType   415
    ├── RangeNotSatisfiable    416  no such part of the content
    ├── Invalid                422  well-formed, but wrong
    ├── PreconditionRequired   428  If-Match is missing
    ├── TooManyRequests        429
    ├── HeadersTooLarge        431
    ├── Defect                 500  our fault
    ├── Unimplemented          501  a part of HTTP that is not supported here
    ├── BadGateway             502  a service stopped before it answered
    ├── Unavailable            503  a store or bus is away: try again
    │   └── Busy                    too many change the same thing at once: try again
    └── DeadlineExceeded       504

`shared.http.problems` turns them into RFC 9457 answers; computations raise `Invalid` and name the culprit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request; exactly one of `pointer` (RFC 6901), `parameter` or `header` says where."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None


class Refusal(Exception):
    """A request that is not carried out, with the status and the stable code that say why.

    `extensions` become members of the problem document (the allowed moves of an illegal one, say);
    `headers` are added to the answer.
    """

    status = 400
    code = "refused"
    title = "The request was refused"

    def __init__(
        self,
        detail: str,
        *faults: Fault,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extensions: object,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults: Sequence[Fault] = faults
        self.code = code or type(self).code
        self.headers = dict(headers or {})
        self.extensions = extensions


class Malformed(Refusal):
    status, code, title = 400, "malformed", "The request cannot be read"


class Unauthenticated(Refusal):
    status, code, title = 401, "unauthenticated", "A valid token is needed"


class Forbidden(Refusal):
    status, code, title = 403, "forbidden", "The caller may not do this"


class NotFound(Refusal):
    status, code, title = 404, "not_found", "There is no such resource"


class MethodNotAllowed(Refusal):
    status, code, title = 405, "method_not_allowed", "The resource does not have this method"


class NotAcceptable(Refusal):
    status, code, title = 406, "not_acceptable", "No acceptable representation"


class RequestTimeout(Refusal):
    status, code, title = 408, "request_timeout", "The request did not come in time"


class Conflict(Refusal):
    status, code, title = 409, "conflict", "The present state does not allow this"


class IllegalMove(Conflict):
    code, title = "illegal_move", "The state does not allow this move"


class Duplicate(Conflict):
    code, title = "duplicate", "The key is already taken"


class Erased(Conflict):
    """Nothing follows the erasure of a person: who comes back is somebody new."""

    code, title = "erased", "The person was erased"


class NotYetKnown(Conflict):
    """A reference to an aggregate that another service may have, but whose events have not arrived here
    yet."""

    code, title = "reference_not_yet_known", "The reference is not known here yet"


class Gone(Refusal):
    status, code, title = 410, "gone", "What was asked for is gone"


class PreconditionFailed(Refusal):
    status, code, title = 412, "precondition_failed", "The resource has changed since it was read"


class TooLarge(Refusal):
    status, code, title = 413, "too_large", "The content is too large"


class UriTooLong(Refusal):
    status, code, title = 414, "uri_too_long", "The address is too long"


class UnsupportedMediaType(Refusal):
    status, code, title = 415, "unsupported_media_type", "The content type is not supported here"


class RangeNotSatisfiable(Refusal):
    status, code, title = 416, "range_not_satisfiable", "The content has no such part"


class Invalid(Refusal):
    """Well-formed but wrong; computations raise it too, naming the culprit in `detail` and `faults`."""

    status, code, title = 422, "invalid", "The content is not valid"


class PreconditionRequired(Refusal):
    status, code, title = 428, "precondition_required", "If-Match is needed"


class TooManyRequests(Refusal):
    status, code, title = 429, "too_many_requests", "Too many requests"


class HeadersTooLarge(Refusal):
    status, code, title = 431, "headers_too_large", "The header lines are too large"


class Defect(Refusal):
    """What should never happen; `shared.runtime.app` answers with it, and nothing raises it."""

    status, code, title = 500, "defect", "A defect"


class Unimplemented(Refusal):
    status, code, title = 501, "unimplemented", "This part of HTTP is not supported here"


class BadGateway(Refusal):
    status, code, title = 502, "service_lost", "The service stopped before it answered"


class Unavailable(Refusal):
    status, code, title = 503, "unavailable", "A part of the system is not available at the moment"


class Busy(Unavailable):
    """Decided again and again, and others were always first; nothing was written, and no precondition has failed."""

    code, title = "changed_meanwhile", "Too many change the same thing at once"


class DeadlineExceeded(Refusal):
    status, code, title = 504, "deadline_exceeded", "It took too long"

"""Failed attempts to log in, counted by address: after too many, an address has to wait."""

from shared.base.errors import TooManyRequests
from shared.http.call import Call
from shared.http.callers import address_of


def refuse_too_many(call: Call) -> None:
    """429 where as many have failed from there in this minute as the settings allow."""
    logins = call.kernel.logins
    address = address_of(call)
    if not logins.remaining(address):
        raise TooManyRequests(
            "too many attempts to log in have failed; wait a little",
            code="too_many_logins",
            headers={"Retry-After": str(logins.ends_in(address))},
        )


def note_failure(call: Call) -> None:
    call.kernel.logins.spend(address_of(call))

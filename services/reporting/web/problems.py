"""`/problems/<code>`: what a problem document's `type` leads to, for whoever meets one for the first time."""

import json

from services.reporting.web.page import page
from services.reporting.web.reading import words_of
from services.reporting.web.words import N_
from shared.http.call import Answer, Call
from shared.http.meanings import problem_list, problem_type
from shared.http.problems import language_headers, language_of
from shared.http.routes import Routes

ADVICE = {
    400: N_("The request could not be read. Correct what `errors` names; the same request will be refused again."),
    401: N_("The request has no valid token. Get a new one from the issuer and send it as a bearer token."),
    403: N_("The token is valid, but does not allow this. Another role or scope is needed."),
    404: N_("Nothing is at this address, or nothing that this caller may see."),
    405: N_("The resource is there, but not for this method; the `Allow` header lists those it has."),
    406: N_("The operation cannot answer in the form that the `Accept` header asks for."),
    408: N_("The request did not arrive completely in time. Send it again, without a pause, over a faster connection."),
    410: N_("This resource is no longer there. Start again from the beginning."),
    409: N_("The request is well-formed, but the present state does not allow it. Read the resource again and decide again."),
    412: N_("Somebody else has changed the resource. Read it again, and send the change with its new `ETag`."),
    413: N_("The content is too large for this operation. Send it in several parts."),
    414: N_("The address is longer than 8 KiB. Ask for less at a time."),
    415: N_("The operation does not accept this content type; `Accept-Post` or `Accept-Patch` says which it accepts."),
    416: N_("The content is shorter than the `Range` that was asked for. `Content-Range` says how long it is."),
    422: N_("The content is well-formed but wrong. `errors` names each member with a JSON pointer and what it needs."),
    428: N_("A change needs `If-Match` with the `ETag` that was read, so that nobody's work is overwritten unseen."),
    429: N_("Too many requests came in a short time. Wait as long as `Retry-After` says."),
    431: N_("The header lines are too large for the server. Send fewer and shorter ones; the usual cause is a large cookie or token."),
    500: N_("The fault is ours. Nothing was changed. Send it again, best with the same `Idempotency-Key`. If it stays, give the operators the `trace_id`."),
    501: N_("The request uses a part of HTTP that is not supported here. Send it without that part, as most clients do."),
    502: N_("The service stopped before it answered. Nothing may be assumed about a write: check, or send it again with the same `Idempotency-Key`."),
    503: N_("A part of the system is not available at the moment. Wait as long as `Retry-After` says, then send the request again."),
    504: N_("It took too long. Nothing may be assumed about a write: send it again with the same `Idempotency-Key`."),
}  # fmt: skip
"""Status -> what to do."""

routes = Routes("reporting", "Pages", pages=True)

BOTH = ("text/html", "application/json")


@routes.get("/problems", public=True, produces=BOTH)
async def problems_page(call: Call) -> Answer:
    """All problem types."""
    if not wants_page(call):
        language = language_of(call.sent)
        return Answer(200, json.dumps(problem_list(language)).encode(), language_headers(language))
    return page(call, "problems.html", items=problem_list(words_of(call).language)["items"])


@routes.get("/problems/{code}", public=True, produces=BOTH)
async def problem_page(call: Call, code: str) -> Answer:
    """What a problem type means."""
    if not wants_page(call):
        language = language_of(call.sent)
        return Answer(200, json.dumps(problem_type(code, language)).encode(), language_headers(language))
    one = problem_type(code, words_of(call).language)
    return page(call, "problem.html", problem=one, advice=ADVICE.get(one["status"]))


def wants_page(call: Call) -> bool:
    """Browsers name HTML; a caller that names JSON, and no HTML, is a program."""
    accepted = call.header("accept") or ""
    return "text/html" in accepted or "json" not in accepted

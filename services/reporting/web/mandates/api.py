"""The page of a mandate as a document, and its PDF."""

import asyncio
from secrets import token_urlsafe

from services.reporting.web import sessions
from services.reporting.web.mandates.document import document_of
from services.reporting.web.mandates.pdf import typeset
from services.reporting.web.page import HEADERS, page
from services.reporting.web.reading import words_of
from services.reporting.web.registers.answering import detail_reader
from shared.base.clock import now
from shared.http.call import Answer, Call
from shared.http.path import Id
from shared.http.routes import Routes

routes = Routes("reporting", "Mandate pages", pages=True)


@routes.get("/mandate/{id}", session=sessions.principal, produces=("text/html",))
async def mandate_page(call: Call, id: Id) -> Answer:
    """A mandate as a document, to be read, signed and printed."""
    document = await document_of(detail_reader(call, "projects", "mandates", id))
    proof = sessions.form_token(call, call.cookies.get(sessions.COOKIE, ""))
    return page(call, "mandate.html", document=document, id=id, proof=proof, key=token_urlsafe(18))


@routes.get("/mandate/{id}/pdf", session=sessions.principal, produces=("application/pdf",))
async def mandate_pdf(call: Call, id: Id) -> Answer:
    """The same as PDF, in the reader's language; it carries the hash of what is signed."""
    document = await document_of(detail_reader(call, "projects", "mandates", id))
    at = now().astimezone(call.kernel.settings.zone)
    content = await asyncio.to_thread(typeset, document, words_of(call), at)
    name = f"{document.code}-{document.edition}.pdf"
    headers = HEADERS | {
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Language": words_of(call).language,
        "Vary": "Accept-Language, Cookie",
    }
    return Answer(200, content, headers, "application/pdf")

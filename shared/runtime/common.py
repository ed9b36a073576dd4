"""The group that every service with records of its own has: documents and comments on them.

groups=(BUDGET, CONTROL, VENDORS, attached("finance", Model, KNOWN_PERSON))
"""

from functools import partial
from typing import Annotated, Any

from pydantic import WithJsonSchema
from sqlmodel import SQLModel

from shared.base.errors import NotFound
from shared.contracts.common import COMMENTS, DOCUMENTS, LIES_IN, Comment, Document, DocumentVersion
from shared.contracts.language import entry_of
from shared.contracts.resources.people import Person
from shared.domain import comments, documents
from shared.domain.references import Named, tables_named
from shared.domain.register import Register
from shared.domain.subjects import scope_members
from shared.domain.work import Work
from shared.http import files
from shared.http.call import Answer, Call
from shared.http.collection import register_routes
from shared.http.files import Verification
from shared.http.path import Id
from shared.http.routes import Routes
from shared.messaging.bus import Record
from shared.messaging.reactions import On, on
from shared.runtime.service import Group
from shared.store.rows import table_of

VersionNumber = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]?$", "description": "Which version, from 1."}),
]


def attached(service: str, base: type[SQLModel], persons: Named) -> Group:
    """Documents and comments of a service: their tables on the `base` of its tables, their registers and routes.

    `persons` is where the service looks persons up: its copies, or its own table.
    """
    document, comment = _documents(service, base), _comments(service, base, persons)
    document_routes = Routes(service, "Documents", names_service=True)
    register_routes(document_routes, document)
    _content_routes(document_routes, document.shape)
    comment_routes = Routes(service, "Comments", names_service=True)
    register_routes(comment_routes, comment)
    return Group(routes=(document_routes, comment_routes), registers=(document, comment))


def _documents(service: str, base: type[SQLModel]) -> Register[Document]:
    shape = DOCUMENTS[service]
    row = table_of(shape, base, indexes=(("subject_id", "archived"),))

    async def check(work: Work, document: Document) -> None:
        await documents.check(work, document, tables_named(row, entry_of(shape)))

    return Register(
        shape,
        row,
        supply=partial(_lying, shape),
        check=check,
        lifecycle=documents.lifecycle(shape),
        judges=LIES_IN,
        read_in=documents.read_in,
    )


def _comments(service: str, base: type[SQLModel], persons: Named) -> Register[Comment]:
    shape = COMMENTS[service]
    row = table_of(shape, base, indexes=(("subject_id", "archived"),))

    async def supply(work: Work, body: Any) -> dict[str, Any]:
        return await scope_members(work, shape, body) | await comments.author_of(work)

    async def check(work: Work, comment: Comment) -> None:
        await comments.check(work, comment, tables_named(row, entry_of(shape)), persons)

    async def carried(work: Work, comment: Comment) -> list[Comment]:
        """To take back what was said, or to bring it back, is for who said it, or for who decides."""
        if f"{service}.decide" not in work.allowed_scopes(comment):
            await comments.refuse_others(work, comment)
        return []

    return Register(
        shape, row, supply=supply, check=check, carried=carried, after=comments.tell_mentioned,
        judges=(*LIES_IN, "mentions", "decided_by"), erase=comments.erase_one,
    )  # fmt: skip


async def _lying(shape: type[Document], work: Work, body: Any) -> dict[str, Any]:
    return dict(await scope_members(work, shape, body))


def _content_routes(routes: Routes, shape: type[Document]) -> None:
    """The files of documents, read and verified through them."""
    path = "/v1/documents/{id}/versions/{number}"

    @routes.get(
        f"{path}/content",
        schema={"type": "string", "format": "binary"},
        produces=("application/octet-stream", "*/*"),
        headers=(files.RANGE,),
        answers_parts=True,
        refusals=(404, 416),
    )
    async def content(call: Call, id: Id, number: VersionNumber) -> Answer:
        """Get the file of a version. It is to be saved, never shown: browsers get it as an attachment. Its ETag is its
        hash; a `Range` is answered with that part."""
        version = await _version(call, shape, id, number)
        return await files.answer(call, version.sha256, version.name, version.media_type)

    @routes.get(f"{path}/verify", refusals=(404,))
    async def verify(call: Call, id: Id, number: VersionNumber) -> Answer[Verification]:
        """Verify the file of a version: whether what is stored has the hash that the document names."""
        return await files.verification(call, (await _version(call, shape, id, number)).sha256)


async def _version(call: Call, shape: type[Document], id: str, number: VersionNumber) -> DocumentVersion:
    versions = (await call.work.load(shape, id)).versions
    if not (number.isascii() and number.isdigit() and len(number) < 4 and 1 <= int(number) <= len(versions)):
        raise NotFound("the document has no such version")
    return versions[int(number) - 1]


def erased_with_author(service: str) -> On:
    """The reaction by which what a person has said goes with them."""
    shape = COMMENTS[service]

    async def erase(work: Work, record: Record) -> None:
        await comments.erase_of(work, shape, record.state(Person).id)

    return on(Person, "erased", erase)

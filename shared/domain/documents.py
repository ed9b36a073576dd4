"""Documents: their versions, how they are reviewed and approved, and how a file that was sent becomes a version."""

from collections.abc import Mapping
from typing import Any

from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.common import (
    MOST_VERSIONS,
    Document,
    DocumentApproved,
    DocumentFile,
    DocumentState,
    DocumentVersion,
    VersionAdded,
)
from shared.contracts.language import Fact, entry_of
from shared.contracts.words import called_state
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.references import Named
from shared.domain.register import is_revised
from shared.domain.subjects import stays_with_its_subject, take_new
from shared.domain.work import Work
from shared.store import content

S = DocumentState


def has_a_version(document: Document) -> None:
    if not document.versions:
        raise Conflict("the document has no file yet; add a version first", code="no_version")


def has_room(document: Document) -> None:
    if len(document.versions) >= MOST_VERSIONS:
        raise Conflict(
            Text(
                "a document has {most_versions} versions at most; begin another one",
                most_versions=MOST_VERSIONS,
            ),
            code="too_many_versions",
        )


def may_be_revised(document: Document) -> None:
    """What was approved stands under the title with which it was."""
    if document.state is not S.DRAFT:
        raise Conflict(
            Text(
                "the document is {state}; only a draft is revised",
                state=called_state(entry_of(type(document)).name, document.state),
            ),
            code="document_not_draft",
        )


def lifecycle(shape: type[Document]) -> Lifecycle:
    """The moves of the documents of one service.

    draft -> in_review -> approved; returned it is a draft again, and so it is with a new version.
    """
    facts: Mapping[str, Any] = entry_of(shape).facts

    def add_version(document: Document, occasion: Occasion) -> Fact:
        file = occasion.body
        assert isinstance(file, DocumentFile)
        version = DocumentVersion(
            sha256=file.sha256, name=file.name or UNNAMED, media_type=UNNAMED, size=1, on=occasion.day
        )
        document.versions = [*document.versions, version]
        added: VersionAdded = facts["version_added"](number=len(document.versions))
        return added

    def approve(document: Document, occasion: Occasion) -> Fact:
        *earlier, newest = document.versions
        document.versions = [*earlier, newest.model_copy(update={"approved_on": occasion.day})]
        reason = getattr(occasion.body, "reason", None)
        approved: DocumentApproved = facts["approved"](number=len(document.versions), reason=reason)
        return approved

    return Lifecycle(
        "state",
        {
            "add-version": Move(
                (S.DRAFT, S.APPROVED),
                S.DRAFT,
                facts["version_added"],
                needs="contribute",
                takes=DocumentFile,
                check=has_room,
                effect=add_version,
                checks_content=True,
                description="A file that the caller has sent becomes the newest version. An approved document is a draft"
                " again; its earlier versions stay as they are.",
            ),
            "review": Move(
                S.DRAFT,
                S.IN_REVIEW,
                facts["reviewed"],
                needs="contribute",
                check=has_a_version,
                checks_content=True,
            ),
            "approve": Move(
                S.IN_REVIEW,
                S.APPROVED,
                facts["approved"],
                by_maker_too=True,
                awaited=True,
                effect=approve,
                checks_content=True,
                description="From in_review to approved: the newest version never changes from then on.",
            ),
            "return": Move(S.IN_REVIEW, S.DRAFT, facts["returned"], needs="contribute", checks_content=True),
        },
    )


UNNAMED = "unnamed"
"""Until the file is looked up, the name and the type of a version that names none."""


async def check(work: Work, document: Document, nodes: dict[str, Named]) -> None:
    """Its subject stands, so that something may be done about it; only a draft is revised."""
    before = work.before(document)
    stays_with_its_subject(document, before)
    has_new_version = before is not None and len(document.versions) > len(before.versions)
    if before is None or work.is_changed(document):
        await take_new(work, document, nodes)
    if before is not None and is_revised(document, before):
        may_be_revised(before)
    if has_new_version:
        await _take_file(work, document)


async def read_in(work: Work, document: Document, fact: Fact) -> None:
    """A version that another instance wrote uses the file that the caller has sent here before.

    422 where it is not there; an erased one has none."""
    if not isinstance(fact, VersionAdded):
        return
    newest, caller = document.versions[-1], "" if work.caller is None else work.caller.key
    if await content.upload_of(work.store, newest.sha256, caller) is None:
        raise _not_sent()
    work.part.statements += content.used(
        newest.sha256, entry_of(type(document)).name, str(document.id), caller
    )


def _not_sent() -> Invalid:
    return Invalid(
        "there is no such file of yours: send it first",
        Fault("not_found", "you have not sent it, or more than a day ago", pointer="/sha256"),
        code="file_not_sent",
    )


async def _take_file(work: Work, document: Document) -> None:
    """The newest version with what is known of its file; 422 where the caller has not sent it."""
    *earlier, newest = document.versions
    caller = "" if work.caller is None else work.caller.key
    upload = await content.upload_of(work.store, newest.sha256, caller)
    if upload is None:
        raise _not_sent()
    members = {
        "name": upload.name if newest.name == UNNAMED else newest.name,
        "media_type": upload.media_type,
        "size": upload.size,
        "by": await work.person(),
    }
    document.versions = [*earlier, newest.model_copy(update=members)]
    work.part.statements += content.used(
        newest.sha256, entry_of(type(document)).name, str(document.id), caller
    )

"""Comments: who changes them, how they reply to one another, whom they mention, and how they go with their author."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.base.clock import now
from shared.base.errors import Conflict, Fault, Forbidden, Invalid
from shared.contracts.common import Comment
from shared.contracts.language import entry_of
from shared.domain.copies import Known
from shared.domain.erasure import erase
from shared.domain.references import Named, archived_in, known_copy
from shared.domain.register import is_revised
from shared.domain.subjects import stays_with_its_subject, take_new
from shared.domain.work import Work

REWORDING = ("text", "decided_on", "decided_by")


async def author_of(work: Work) -> dict[str, Any]:
    """The members that say who writes it: the person, and the subject of the token."""
    author = None if work.caller is None else work.caller.subject
    return {"author_id": await work.person(), "author": author}


def is_by(comment: Comment, person: UUID | None, subject: str) -> bool:
    """Whether somebody is its author: the same person under whichever login, or else the same login."""
    if comment.author_id is not None:
        return comment.author_id == person
    return comment.author == subject


def keeps_its_decision(comment: Comment, before: Comment) -> None:
    """A decision that was recorded is not reworded: another comment says what holds instead."""
    if before.decided_on is None:
        return
    for member in REWORDING:
        if getattr(comment, member) != getattr(before, member):
            raise Conflict(
                "the comment records a decision, which is not reworded",
                Fault("decision_recorded", "stays as it is", pointer=f"/{member}"),
                code="decision_recorded",
            )


def names_who_decided(comment: Comment) -> None:
    if comment.decided_by and comment.decided_on is None:
        raise Invalid(
            "who decided is given without the day of the decision",
            Fault("missing", "the day of the decision", pointer="/decided_on"),
        )


def replies_within_its_subject(comment: Comment, replied: Comment) -> None:
    if comment.subject != replied.subject:
        raise Invalid(
            "a reply is about the same subject",
            Fault("other_subject", "is about something else", pointer="/reply_to_id"),
            code="other_subject",
        )


async def check(work: Work, comment: Comment, nodes: dict[str, Named], persons: Named) -> None:
    """What holds of a new comment, or of one that its author changes; `persons` is where persons are looked up."""
    before = work.before(comment)
    stays_with_its_subject(comment, before, "reply_to_id")
    is_reworded = before is not None and is_revised(comment, before)
    if before is not None and is_reworded:
        await refuse_others(work, before)
    if before is None or work.is_changed(comment):
        await take_new(work, comment, nodes)
    if before is None and comment.reply_to_id is not None:
        replied = await work.find_by_id(type(comment), comment.reply_to_id)
        if replied is not None:  # what is not there, or not seen, is refused as any reference is
            replies_within_its_subject(comment, replied)
    if before is not None and is_reworded:
        keeps_its_decision(comment, before)
        if comment.text != before.text:
            comment.edited_at = now()
    names_who_decided(comment)
    for member in ("mentions", "decided_by"):
        await _known_persons(work, comment, before, member, persons)


async def refuse_others(work: Work, comment: Comment) -> None:
    """Only the author changes a comment; a reaction acts for nobody."""
    if work.caller is not None and not is_by(comment, await work.person(), work.caller.subject):
        raise Forbidden("only its author changes a comment", code="not_for_you")


async def _known_persons(
    work: Work, comment: Comment, before: Comment | None, member: str, persons: Named
) -> None:
    """Refuse persons who are named anew and are not there (422, or 409 where they may still come), or are archived."""
    ids, standing = getattr(comment, member), set() if before is None else set(getattr(before, member))
    if isinstance(persons, Known):
        await persons.foresee(work, [id for id in ids if id not in standing])
    for place, id in enumerate(ids):
        if id in standing:
            continue
        pointer = f"/{member}/{place}"
        if isinstance(persons, Known):
            is_archived = bool((await known_copy(work, persons, id, pointer)).archived)
        else:
            is_archived = await archived_in(work, persons, id, pointer)
        if is_archived:
            raise Conflict(
                "a person is archived", Fault("archived", "is archived", pointer=pointer), code="archived"
            )


async def tell_mentioned(work: Work, comment: Comment, before: Comment | None) -> None:
    """A version of its own says who was mentioned and was not before: it is what others tell them by."""
    standing = set() if before is None else set(before.mentions)
    anew = [id for id in dict.fromkeys(comment.mentions) if id not in standing]
    if anew:
        facts: Mapping[str, Any] = entry_of(type(comment)).facts
        work.save(comment, facts["mentioned"](person_ids=anew))


async def erase_of(work: Work, shape: type[Comment], person_id: UUID, reason: str | None = None) -> None:
    """Redact all that a person has said, with the person."""
    for comment in await work.select(shape, "author_id = ?", (str(person_id),), archived=True):
        if comment.erased_at is None:
            await erase_one(work, comment, reason)


async def erase_one(work: Work, comment: Comment, reason: str | None) -> Comment:
    """Redact one in every version."""
    facts: Mapping[str, Any] = entry_of(type(comment)).facts
    return await erase(work, comment, facts["erased"](reason=reason))

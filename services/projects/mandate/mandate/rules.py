"""What holds of mandates: what they say before they can be signed, and that what was read is what is signed."""

from collections.abc import Iterator

from services.projects.mandate.mandate import completeness, signing
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.mandate import (
    Mandate,
    MandateReturned,
    MandateRevoked,
    MandateSignatureGiven,
    MandateState,
    MandateSubmitted,
    SignMandate,
)
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.stages import Act

S = MandateState


def act(deed: str, mandate: Mandate, before: Mandate | None) -> Act:
    return Act.EDIT


def makes_sense(mandate: Mandate) -> None:
    """Amounts are not negative and of one currency, and nobody signs twice; all faults are told at once."""
    faults = list(_faults(mandate))
    if faults:
        raise Invalid("the mandate makes no sense", *faults, code="bad_mandate")


def _faults(mandate: Mandate) -> Iterator[Fault]:
    for member in ("budget", "change_budget"):
        amount = getattr(mandate, member)
        if amount is not None and amount.minor < 0:
            yield Fault("negative", "not below zero", pointer=f"/{member}")
    budget, reserve = mandate.budget, mandate.change_budget
    if budget is not None and reserve is not None and budget.currency != reserve.currency:
        yield Fault("currency", "of the currency of the budget", pointer="/change_budget")
    persons = [one.person_id for one in mandate.signatories]
    for i, one in enumerate(mandate.signatories):
        if one.person_id in persons[:i]:
            yield Fault("duplicate", "signs already", pointer=f"/signatories/{i}/person_id")
    for i, needed in enumerate(mandate.depends_on):
        if needed.project_id == mandate.project_id:
            yield Fault("itself", "another project", pointer=f"/depends_on/{i}/project_id")


def read_what_stands(mandate: Mandate, occasion: Occasion) -> MandateSignatureGiven:
    """Refuse (409 `content_changed`) a signature of anything but what stands; the refusal names its hash."""
    assert isinstance(occasion.body, SignMandate)
    if occasion.body.content_hash != mandate.content_hash:
        raise Conflict(
            Text("what is to be signed has the hash {hash}: read it first", hash=mandate.content_hash or ""),
            Fault("content_changed", "of another content", pointer="/content_hash"),
            code="content_changed",
            content_hash=mandate.content_hash,
        )
    return MandateSignatureGiven(reason=occasion.body.reason, content_hash=occasion.body.content_hash)


def reopen(mandate: Mandate, occasion: Occasion) -> None:
    """Nothing stands to be signed; signatures that were given are void (`commands.after`)."""
    mandate.content_hash = None


LIFECYCLE = Lifecycle(
    "state",
    {
        "submit": Move(
            S.DRAFT,
            S.IN_REVIEW,
            MandateSubmitted,
            needs="write",
            settle=completeness.submit,
            description="From draft to in_review: its content is kept, and `content_hash` names it. Whoever signs gives that"
            " hash. An edit in review makes another content, and voids the signatures that were given.",
        ),
        "return": Move(S.IN_REVIEW, S.DRAFT, MandateReturned, needs="write", effect=reopen),
        "sign": Move(
            S.IN_REVIEW,
            (S.IN_REVIEW, S.SIGNED),
            MandateSignatureGiven,
            needs="contribute",
            takes=SignMandate,
            awaited=True,
            effect=read_what_stands,
            settle=signing.sign,
            among=signing.waiting_for_caller,
            description="A signatory, or their deputy, signs the content that they read. The last signature makes it binding, with"
            " all that follows for the project, in the same commit. Above the limit of the portfolio that signature waits for a"
            " resolution (409 `resolution_needed`), or for a granted paper on the mandate.",
        ),
        "revoke": Move(
            (S.IN_REVIEW, S.SIGNED),
            S.REVOKED,
            MandateRevoked,
            by_maker_too=True,
            description="From in_review or signed to revoked. Where it binds, its project is put on hold.",
        ),
    },
)

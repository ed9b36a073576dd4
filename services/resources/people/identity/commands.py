"""What is checked of identities, and how they go with their person."""

from services.resources.people.personal_token.commands import erase_tokens
from shared.base.errors import Fault, Invalid
from shared.contracts.resources.people import Identity, IdentityErased
from shared.domain.erasure import erase
from shared.domain.work import Work


async def check(work: Work, identity: Identity) -> None:
    before = work.before(identity)
    if before is not None and before.person_id != identity.person_id:
        raise Invalid(
            "a login stays with its person; archive it and make another one",
            Fault("immutable", "stays as it is", pointer="/person_id"),
        )


async def erase_logins(work: Work, person_id: str, reason: str | None) -> None:
    """All logins of a person, with the person."""
    for identity in await work.select(Identity, "person_id = ?", (person_id,), archived=True):
        if identity.erased_at is None:
            await erase_login(work, identity, reason)


async def erase_login(work: Work, identity: Identity, reason: str | None) -> Identity:
    """With the personal tokens that were made under it."""
    await erase_tokens(work, identity, reason)
    return await erase(work, identity, IdentityErased(reason=reason))

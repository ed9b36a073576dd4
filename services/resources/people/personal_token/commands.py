"""What becomes of personal access tokens: made, revoked, confirmed with what their owner may do now, and erased."""

import json
from contextlib import suppress
from time import monotonic
from uuid import UUID
from weakref import WeakKeyDictionary

from services.resources.people.personal_token import rules
from shared.base.clock import from_micros, machine_micros, now
from shared.base.errors import NotFound
from shared.base.ids import new_id_text
from shared.base.texts import Text
from shared.contracts.language import plain
from shared.contracts.resources.people import (
    Identity,
    PersonalToken,
    PersonalTokenConfirmed,
    PersonalTokenErased,
    PersonalTokenRevoked,
)
from shared.domain.erasure import erase
from shared.domain.work import Work
from shared.http.auth import Principal
from shared.http.personal_tokens import hash_of, new_token
from shared.http.serving import Serving
from shared.store import StaleVersion, Store, Unreachable
from shared.store.outbox import Origin

CONFIRMED_US = 86_400 * 1_000_000
"""An owner who comes every day confirms their tokens once a day."""
LOOK_AGAIN_S = 60.0
"""For so long a process believes that tokens have what it saw last: another one may have seen something else since."""
_OUTDATED = """
SELECT id FROM access_token WHERE issuer = ? AND subject = ? AND counts = 1
AND (roles <> ? OR group_names <> ? OR confirmed_at < ?)
"""
REMEMBERED = 10_000


async def make(
    work: Work, owner: Principal, name: str, scope: str | None, days: int
) -> tuple[PersonalToken, str]:
    """A new token of somebody, and its text, which is kept nowhere."""
    rules.may_have_tokens(owner, work.settings.personal_token_days)
    text, at = new_token(), from_micros(machine_micros())  # tokens go by the machine's clock, turned or not
    token = work.new(
        PersonalToken,
        name=name,
        issuer=owner.issuer,
        subject=owner.subject,
        token_hash=hash_of(text),
        roles=list(owner.roles),
        groups=list(owner.groups),
        scope=rules.scope_within(scope, owner.bounds),
        expires_at=at + rules.lasts(days, work.settings.personal_token_days),
        confirmed_at=at,
    )
    return work.save(token, plain(PersonalToken, "created")), text


async def revoke(work: Work, id: UUID | str, owner: Principal | None = None) -> PersonalToken:
    """It counts no more; NotFound where it is not of this owner, should one be given."""
    token = await work.load(PersonalToken, id)
    if owner is not None and (token.issuer, token.subject) != (owner.issuer, owner.subject):
        raise NotFound(Text("there is no personal token {id}", id=id))
    if token.revoked_at is not None or token.erased_at is not None:
        return token
    token.revoked_at = now()
    return work.save(token, PersonalTokenRevoked())


async def erase_tokens(work: Work, login: Identity, reason: str | None) -> None:
    """With the login of a person, their tokens go."""
    condition = "issuer = ? AND subject = ?"
    for token in await work.select(PersonalToken, condition, (login.issuer, login.subject), archived=True):
        if token.erased_at is None:
            token.take(revoked_at=token.revoked_at or now())
            await erase(work, token, PersonalTokenErased(reason=reason))


_RolesAndGroups = tuple[tuple[str, ...], tuple[str, ...]]
"""Of an owner."""
_CONFIRMED: "WeakKeyDictionary[Store, dict[str, tuple[_RolesAndGroups, float]]]" = WeakKeyDictionary()
"""Key of an owner -> what their tokens have, and till when that is believed."""


async def confirm(kernel: Serving, owner: Principal) -> None:
    """Let the tokens of somebody act with what their issuer says of them now. Where it cannot be kept, next time."""
    confirmed, current = _CONFIRMED.setdefault(kernel.store, {}), (owner.roles, owner.groups)
    believed, until = confirmed.get(owner.key, (None, 0.0))
    if believed == current and until > monotonic():
        return
    roles, groups = " ".join(owner.roles), json.dumps(list(owner.groups))
    since = machine_micros() - CONFIRMED_US
    with suppress(StaleVersion, Unreachable):
        rows = await kernel.store.fetch(_OUTDATED, (owner.issuer, owner.subject, roles, groups, since))
        if rows:
            await _confirm(kernel, owner, [row[0] for row in rows])
        if len(confirmed) >= REMEMBERED:
            confirmed.clear()
        confirmed[owner.key] = current, monotonic() + LOOK_AGAIN_S


async def _confirm(kernel: Serving, owner: Principal, ids: list[str]) -> None:
    origin = Origin(
        source=kernel.source,
        auth_type="system",
        auth_id="system:personal_tokens",
        correlation_id=new_id_text(),
    )
    work = Work(kernel.store, kernel.mirrors, origin, settings=kernel.settings, watch=kernel.watch)
    for id in ids:
        token = await work.load(PersonalToken, id)
        token.roles, token.groups, token.confirmed_at = (
            list(owner.roles),
            list(owner.groups),
            from_micros(machine_micros()),
        )
        work.save(token, PersonalTokenConfirmed())
    await work.commit()

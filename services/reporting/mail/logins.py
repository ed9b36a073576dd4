"""What a person may see who is not here: by memberships, and by what the tokens of their logins allowed when they came last.

That is noted whenever they come to the pages, and believed for a while. Of whom no login is known the settings say what they
may see.
"""

import json
from collections.abc import Iterable

from shared.base.clock import machine_micros
from shared.domain.access.grants import person_of, rights_of_person
from shared.domain.access.rights import Rights
from shared.domain.access.roles import ROLES
from shared.domain.access.tree import login_hash
from shared.domain.kernel import Kernel
from shared.http.auth import Principal
from shared.http.auth.issuers import LOCAL
from shared.store import Store

BELIEVED_US = 90 * 86_400 * 1_000_000
"""For how long mails are written with what a token allowed."""

NOTE = """
INSERT INTO mail_login (hash, person_id, issuer, scopes, group_names, issued_at, expires_at, language, read_in)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (hash) DO UPDATE SET person_id = excluded.person_id, scopes = excluded.scopes, group_names = excluded.group_names,
    issued_at = excluded.issued_at, expires_at = excluded.expires_at,
    language = COALESCE(mail_login.language, excluded.language), read_in = COALESCE(excluded.read_in, mail_login.read_in)
RETURNING language
"""
CHOOSE = "UPDATE mail_login SET language = ?, read_in = ? WHERE hash = ? RETURNING 1"
READ_IN = """
SELECT COALESCE(n.language, n.read_in) FROM mail_login n JOIN access_login l ON l.hash = n.hash AND l.counts = 1
WHERE l.person_id = ? AND COALESCE(n.language, n.read_in) IS NOT NULL ORDER BY n.expires_at DESC, n.hash
"""
LOGINS = "SELECT hash FROM access_login WHERE person_id = ? AND counts = 1"
NOTED = """
SELECT n.hash, n.issuer, n.scopes, n.group_names, n.issued_at FROM mail_login n
JOIN access_login l ON l.hash = n.hash AND l.counts = 1 WHERE l.person_id = ? AND n.expires_at > ?
"""
REVOKED = "SELECT kind, issuer, value, revoked_at FROM revocation WHERE kind <> 'token'"


async def note_login(
    store: Store, principal: Principal, choice: str | None = None, read_in: str | None = None
) -> str | None:
    """Remember what the token of a person allows, and in which language they read; the language that they have chosen, here or
    in another browser. A narrowed token says nothing of what its holder may do."""
    person_id = await person_of(store, principal)
    if principal.bounds is not None or person_id is None:
        return None
    hash, at = login_hash(principal.issuer, principal.subject), machine_micros()
    rows = await store.run(
        NOTE,
        (
            hash,
            person_id,
            principal.issuer,
            " ".join(sorted(principal.scopes)),
            json.dumps(principal.groups),
            int(principal.issued_at * 1_000_000),
            at + BELIEVED_US,
            choice,
            read_in,
        ),
    )
    language: str | None = rows[0][0] or await _language_of_mails(store, person_id)
    return language


async def _language_of_mails(store: Store, person_id: str) -> str | None:
    rows = await store.fetch("SELECT language FROM mail_preference WHERE person_id = ?", (person_id,))
    return rows[0][0] if rows else None


async def choose_language(store: Store, principal: Principal, language: str) -> None:
    """Keep with the login what its holder has chosen on a page."""
    await store.run(CHOOSE, (language, language, login_hash(principal.issuer, principal.subject)))


async def languages_read(store: Store, person_id: str) -> list[str]:
    """In which languages a person reads, by the logins that they used last."""
    return [row[0] for row in await store.fetch(READ_IN, (person_id,))]


async def rights_of(kernel: Kernel, person_id: str) -> Rights:
    """What a person sees and may do today, as far as we know."""
    store, settings = kernel.store, kernel.settings
    noted = await store.fetch(NOTED, (person_id, machine_micros()))
    scopes, groups = frozenset[str](), list[str]()
    if not noted:
        scopes = ROLES[settings.mail_readers]
    else:
        revoked = await _revoked(store, trusted_issuers(kernel))
        for hash, issuer, words, group_names, issued_at in noted:
            until = max(revoked.get(hash, -1), revoked.get(issuer, -1))
            if issuer in trusted_issuers(kernel) and issued_at > until:
                scopes |= frozenset(words.split())
                groups += json.loads(group_names)
    return await rights_of_person(store, kernel.service, person_id, scopes, groups, settings.zone)


def trusted_issuers(kernel: Kernel) -> tuple[str, ...]:
    settings = kernel.settings
    local = (LOCAL,) if settings.local_issuer else ()
    return (*local, *(one.issuer for one in settings.trusted_issuers))


async def _revoked(store: Store, issuers: Iterable[str]) -> dict[str, int]:
    """Hash of a login, or issuer -> till when what was issued is revoked."""
    until: dict[str, int] = {}
    for kind, issuer, value, at in await store.fetch(REVOKED):
        for one in (issuer,) if issuer else issuers:
            key = one if kind == "all" else login_hash(one, value)
            until[key] = max(at, until.get(key, at))
    return until

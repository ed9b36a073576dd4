"""Who a person is to us: their address and language, and how often they want to be written to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from services.reporting.history.view import states_by_id
from services.reporting.mail import logins
from services.reporting.mail.digests import DEFAULT, Cadence
from services.reporting.web.words import languages_of
from shared.base.clock import now_micros
from shared.domain.access.rights import Rights
from shared.domain.access.tree import login_hash
from shared.domain.kernel import Kernel
from shared.domain.organisation import organisation_now
from shared.store import Store

PREFERENCES = (
    "SELECT cadence, language, failing, failing_reply, failing_since FROM mail_preference WHERE person_id = ?"
)
PREFER = """
INSERT INTO mail_preference (person_id, cadence, language) VALUES (?, ?, ?)
ON CONFLICT (person_id) DO UPDATE SET cadence = excluded.cadence, language = excluded.language
"""
NOTE_FAILURE = """
INSERT INTO mail_preference (person_id, cadence, failing, failing_reply, failing_since) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (person_id) DO UPDATE SET failing = excluded.failing, failing_reply = excluded.failing_reply,
    failing_since = excluded.failing_since
"""
FAILING = (
    "SELECT person_id, failing, failing_reply, failing_since FROM mail_preference WHERE failing <> ''"
    " ORDER BY failing_since DESC, person_id"
)


@dataclass(frozen=True)
class Preferences:
    """How a person wants to be written to, and whether their address fails."""

    cadence: Cadence = DEFAULT
    language: str | None = None
    failing: str = ""
    """The hash of an address that fails."""
    failing_reply: str = ""
    failing_since: int | None = None

    def fails(self, address: str) -> bool:
        return self.failing == hash_of(address)


@dataclass(frozen=True)
class Recipient:
    """A person who can be written to."""

    person_id: str
    address: str
    language: str
    rights: Rights
    logins: frozenset[str] = field(default_factory=frozenset)
    """The hashes of their logins."""

    def is_actor(self, subject: str, issuers: Iterable[str]) -> bool:
        """Whether they did it themselves, under one of their logins. Events name the subject alone."""
        return any(login_hash(issuer, subject) in self.logins for issuer in issuers)


def hash_of(address: str) -> str:
    return sha256(address.lower().encode()).hexdigest()


async def preferences_of(store: Store, person_id: str) -> Preferences:
    """As the person chose; the default where they chose nothing."""
    rows = await store.fetch(PREFERENCES, (person_id,))
    if not rows:
        return Preferences()
    cadence, *others = rows[0]
    return Preferences(Cadence(cadence), *others)


async def prefer(store: Store, person_id: str, cadence: Cadence, language: str | None) -> None:
    await store.run(PREFER, (person_id, cadence.value, language))
    if cadence is Cadence.NEVER:
        await store.run("DELETE FROM mail_notice WHERE person_id = ? AND mail_id IS NULL", (person_id,))


async def note_failure(store: Store, person_id: str, address: str, reply: str) -> None:
    """Write to this address no more, until the person has another one or an operator asks to try again."""
    await store.run(NOTE_FAILURE, (person_id, DEFAULT.value, hash_of(address), reply, now_micros()))


async def failing(store: Store, most: int) -> list[tuple[str, str, int]]:
    """Whose present address takes no mail: the person, the code, and since when; the newest."""
    rows = await store.fetch(FAILING)
    persons = await states_by_id(store, [row[0] for row in rows], None)
    return [
        (id, reply, since)
        for id, failing, reply, since in rows
        if (email := persons.get(id, {}).get("email")) and hash_of(email) == failing
    ][:most]


async def address_of(store: Store, person_id: str) -> str | None:
    """Where mail reaches a person who is neither archived nor erased; None where nothing does."""
    person = (await states_by_id(store, [person_id], None)).get(person_id)
    if person is None or person["archived_at"] or person.get("erased_at"):
        return None
    address: str | None = person["email"]
    return address


async def _language_of(store: Store, person_id: str) -> str:
    """The one in which they read the pages, of those that the organisation uses; else the first of these."""
    offered = languages_of(await organisation_now(store))
    return next((one for one in await logins.languages_read(store, person_id) if one in offered), offered[0])


async def recipient(kernel: Kernel, person_id: str) -> Recipient | None:
    """The person as a recipient, now; None where they are not to be written to."""
    store = kernel.store
    address, preferences = await address_of(store, person_id), await preferences_of(store, person_id)
    if address is None or preferences.cadence is Cadence.NEVER or preferences.fails(address):
        return None
    hashes = frozenset(row[0] for row in await store.fetch(logins.LOGINS, (person_id,)))
    return Recipient(
        person_id,
        address,
        preferences.language or await _language_of(store, person_id),
        await logins.rights_of(kernel, person_id),
        hashes,
    )

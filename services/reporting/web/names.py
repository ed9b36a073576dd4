"""What ids and logins stand for, as far as the reader sees it: read from the directory, whatever service they are of."""

from collections.abc import Iterable

from services.reporting.directory.sight import visible_rows
from services.reporting.mail.logins import trusted_issuers
from services.reporting.web.registers.naming import page_of
from services.reporting.web.registers.values import Name
from shared.domain.access.grants import VALUES, as_values
from shared.domain.access.tree import login_hash
from shared.http.call import Call

READS_LOGINS = "resources.restricted"
"""Who has this scope for the instance may know whose login one is."""


async def directory_names(call: Call, ids: Iterable[str]) -> dict[str, Name]:
    """Id -> what it stands for. What is not seen is missing, and what is not there too."""
    id_set = {*ids}
    if not id_set:
        return {}
    store = call.kernel.store
    condition, params = visible_rows(call.rights, store.dialect)
    text = (
        "SELECT d.aggregate_id, d.kind, d.name, d.archived FROM directory d"
        f" WHERE d.aggregate_id IN ({VALUES[store.dialect]}) AND {condition}"
    )
    rows = await store.fetch(text, (as_values(id_set), *params))
    return {id: Name(name, page_of(kind, id), bool(archived)) for id, kind, name, archived in rows if name}


async def persons_of(call: Call, subjects: Iterable[str]) -> dict[str, Name]:
    """Subject -> the person whose login it is, for readers who may know. Events name the subject alone: where issuers of
    ours gave it to several persons, it is nobody's."""
    issuers = trusted_issuers(call.kernel) if READS_LOGINS in call.rights.scopes else ()
    by_hash = {login_hash(issuer, subject): subject for subject in {*subjects} for issuer in issuers}
    if not by_hash:
        return {}
    store = call.kernel.store
    text = f"SELECT hash, person_id FROM access_login WHERE counts = 1 AND hash IN ({VALUES[store.dialect]})"
    ids: dict[str, set[str]] = {}
    for hash, person_id in await store.fetch(text, (as_values(by_hash),)):
        ids.setdefault(by_hash[hash], set()).add(person_id)
    sole = {subject: min(persons) for subject, persons in ids.items() if len(persons) == 1}
    names = await directory_names(call, sole.values())
    return {subject: names[id] for subject, id in sole.items() if id in names}

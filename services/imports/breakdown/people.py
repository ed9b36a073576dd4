"""Persons that files name: found in the directory by external key, mail or name, else made; a doubt is a finding."""

from dataclasses import dataclass, field
from typing import Any

from services.imports.breakdown.drafts import Drafts, PersonDraft
from services.imports.breakdown.present import PERSONS
from services.imports.breakdown.texts import name_key
from services.imports.findings import Findings
from services.imports.server import Server
from services.imports.tables.typing_errors import Names
from services.imports.upserts import Stage, Upsert
from shared.base.texts import Text

LEFT_OUT = Text("left out wherever the file names them")


@dataclass
class Directory:
    """The persons that Portolan knows."""

    by_key: dict[str, str] = field(default_factory=dict)
    by_mail: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """Name -> id and mail of each who is called so."""
    by_login: dict[str, set[str]] = field(default_factory=dict)
    """What stands before the @ of a mail address -> the ids of those who have it."""

    def add(self, person: dict[str, Any], source: str) -> None:
        ref, mail = person.get("external_ref"), (person.get("email") or "").casefold()
        if ref and ref["source"] == source:
            self.by_key[ref["id"]] = person["id"]
        if mail:
            self.by_mail.setdefault(mail, person["id"])
            self.by_login.setdefault(mail.partition("@")[0], set()).add(person["id"])
        self.by_name.setdefault(name_key(person["name"]), []).append((person["id"], mail))

    def of_login(self, name: str) -> frozenset[str]:
        """The ids of those whose mail begins with a name that only a login is written as: `anke.mueller`."""
        return frozenset(self.by_login.get(name.casefold(), ())) if "." in name else frozenset()


async def directory_of(server: Server, source: str) -> Directory:
    directory = Directory()
    async for page in server.pages(f"/{PERSONS}"):
        for person in page:
            directory.add(person, source)
    return directory


def resolved(drafts: Drafts, directory: Directory) -> tuple[dict[str, str], Stage]:
    """Key -> id of those who are found, and the stage that makes the others."""
    ids: dict[str, str] = {}
    new_persons: list[PersonDraft] = []
    names = Names(directory.by_name)
    for person in drafts.persons.values():
        identity = _identity_of(person, directory, drafts.findings)
        if identity is None:
            continue
        if identity:
            ids[person.key] = identity
        elif _is_unlike(person, names, drafts.findings):
            names.add(name_key(person.name))
            new_persons.append(person)
    return ids, Stage("persons", PERSONS, [_upsert(person) for person in new_persons])


def _identity_of(person: PersonDraft, directory: Directory, findings: Findings) -> str | None:
    """The id; empty for somebody new, None where several are meant as well as one."""
    if person.key in directory.by_key:
        return directory.by_key[person.key]
    if person.email in directory.by_mail:
        return directory.by_mail[person.email]
    if not person.email and len(of_login := directory.of_login(person.name)) == 1:
        return next(iter(of_login))
    namesakes = [
        identity
        for identity, mail in directory.by_name.get(name_key(person.name), [])
        if not (mail and person.email)
    ]
    if len(namesakes) > 1:
        reason = Text(
            "{count} persons in the directory are called {name}", count=len(namesakes), name=person.name
        )
        mend = Text("Give them mail addresses, in the file too.")
        findings.add(
            person.file, person.line, "person_ambiguous", reason, LEFT_OUT, person.key, lost=True, mend=mend,
            title=person.name,
        )  # fmt: skip
        return None
    return namesakes[0] if namesakes else ""


def _is_unlike(person: PersonDraft, names: Names, findings: Findings) -> bool:
    """Whether nobody has nearly the same name; a mail address tells persons apart."""
    if person.email:
        return True
    like = names.near(name_key(person.name))
    if like is None:
        return True
    reason = Text("{name} is nearly the name of somebody else: {other}", name=person.name, other=like)
    mend = Text("Correct the name, or enter the person in Portolan first.")
    findings.add(
        person.file, person.line, "person_resembles", reason, LEFT_OUT, person.key, lost=True, mend=mend,
        title=person.name,
    )  # fmt: skip
    return False


def _upsert(person: PersonDraft) -> Upsert:
    body: dict[str, Any] = {"name": person.name or person.email}
    if person.email:
        body["email"] = person.email
    if person.weekly_hours is not None:
        body["weekly_hours"] = person.weekly_hours
    return Upsert(person.key, body, person.file, person.line)

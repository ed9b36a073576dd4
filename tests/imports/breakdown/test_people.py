"""Persons of a file beside those of the directory: a name that is nearly another one is in doubt, and nobody is guessed."""

import pytest

from services.imports.breakdown.drafts import Drafts, PersonDraft
from services.imports.breakdown.people import Directory, resolved
from services.imports.findings import Findings


def resolve(*persons: tuple[str, str]) -> tuple[dict[str, str], list[str], dict[str, int]]:
    """Who is found, the names of those who are made, and the findings; Ada Lovelace and Analyst 1 are there."""
    directory, drafts = Directory(), Drafts("plans", Findings())
    directory.add({"id": "ada", "name": "Ada Lovelace", "email": "ada@example.org"}, "plans")
    directory.add({"id": "analyst", "name": "Analyst 1"}, "plans")
    for name, email in persons:
        drafts.person(PersonDraft(f"{name} {email}", name, email, "plan.xml", 1))
    ids, stage = resolved(drafts, directory)
    return ids, [str(upsert.body["name"]) for upsert in stage.upserts], drafts.findings.counts()


@pytest.mark.parametrize("name", ["Ada Lovelase", "LOVELASE, Ada", "Ada Loveelace", "Ada Lovleace"])
def test_a_name_with_a_slip_is_neither_found_nor_made(name: str) -> None:
    assert resolve((name, "")) == ({}, [], {"person_resembles": 1})


@pytest.mark.parametrize("name", ["Analyst 2", "Eva Lovelace", "Ada Lovelace Byron"])
def test_another_name_is_somebody_else(name: str) -> None:
    assert resolve((name, "")) == ({}, [name], {})


def test_a_mail_address_tells_persons_apart() -> None:
    assert resolve(("Ada Lovelase", "other@example.org")) == ({}, ["Ada Lovelase"], {})


def test_of_two_new_names_the_second_is_in_doubt() -> None:
    assert resolve(("Grace Hopper", ""), ("Grace Hoper", "")) == (
        {}, ["Grace Hopper"], {"person_resembles": 1}
    )  # fmt: skip


def test_a_name_is_found_however_it_is_written() -> None:
    ids, new, counts = resolve(("lovelace, Ada", ""))
    assert (list(ids.values()), new, counts) == (["ada"], [], {})


def test_a_login_is_whose_mail_begins_so() -> None:
    directory, drafts = Directory(), Drafts("jira", Findings())
    directory.add({"id": "anke", "name": "Anke Müller", "email": "anke.mueller@example.org"}, "jira")
    for id, mail in (("jens", "jens.otto@example.org"), ("other", "jens.otto@example.net")):
        directory.add({"id": id, "name": f"Jens Otto of {id}", "email": mail}, "jira")
    for name in ("anke.mueller", "jens.otto", "Anke"):
        drafts.person(PersonDraft(name, name, "", "jira.csv", 1))
    ids, stage = resolved(drafts, directory)
    assert ids == {"anke.mueller": "anke"}
    assert [upsert.key for upsert in stage.upserts] == ["jens.otto", "Anke"], "of two nobody is guessed"

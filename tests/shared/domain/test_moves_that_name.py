"""A move that names other aggregates is refused what a creation is refused."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from services.projects.structure.project.api import PROJECTS
from shared.base.errors import Refusal
from shared.base.ids import new_id
from shared.contracts.language import Decision, Id
from shared.contracts.projects.structure import Project, ProjectApproved, Stage
from shared.domain.lifecycle import Lifecycle, Move, Occasion
from shared.domain.register import move
from shared.domain.work import Work
from shared.store.outbox import Origin
from tests.shared.conftest import Projects

MEMBERS = ("sponsor_id", "portfolio_id")
foreign_and_own = pytest.mark.parametrize("member", MEMBERS)
CODES = {"sponsor_id": "reference_not_yet_known", "portfolio_id": "invalid"}
"""What refuses an id that nothing here has: of another service's it may still arrive."""


class Sponsorship(Decision):
    """Who pays for a project, and where it stands."""

    sponsor_id: Id | None = None
    portfolio_id: Id | None = None


def sponsor(project: Project, occasion: Occasion) -> None:
    for member in occasion.body.model_fields_set & set(MEMBERS):
        setattr(project, member, getattr(occasion.body, member))


APPROVE = Move(Stage.PROPOSED, Stage.APPROVED, ProjectApproved, takes=Sponsorship, effect=sponsor)
SPONSORED = replace(PROJECTS, lifecycle=Lifecycle("stage", {"approve": APPROVE}))


async def known_id(projects: Projects, member: str, archived: bool) -> UUID:
    """A person that has been heard of, or a portfolio that was made."""
    if member == "sponsor_id":
        id = new_id()
        await projects.store.run(
            "INSERT INTO known_person (id, version, archived, erased) VALUES (?, 1, ?, 0)",
            (str(id), int(archived)),
        )
        return id
    portfolio = (await projects.client.post("/projects/v1/portfolios", json={"name": "Applications"})).json()
    if archived:
        url, match = f"/projects/v1/portfolios/{portfolio['id']}", {"If-Match": '"1"'}
        assert (await projects.client.delete(url, headers=match)).status_code == 204
    return UUID(portfolio["id"])


async def approve(projects: Projects, project: dict[str, Any], **body: Any) -> Project:
    """The project as it is after the move; a dry run, which waits for no reference."""
    kernel = projects.one.kernel
    origin = Origin(kernel.source, "user", "anna", "tests")
    work = Work(projects.store, kernel.mirrors, origin, dry=True)
    loaded = await work.load(Project, UUID(project["id"]))
    return await move(work, SPONSORED, loaded, "approve", Sponsorship.model_validate(body))


@foreign_and_own
async def test_a_move_names_nothing_that_is_unknown(projects_everywhere: Projects, member: str) -> None:
    project = await projects_everywhere.make()
    with pytest.raises(Refusal) as refused:
        await approve(projects_everywhere, project, **{member: new_id()})
    assert refused.value.code == CODES[member]
    assert [fault.pointer for fault in refused.value.faults] == [f"/{member}"]


@foreign_and_own
async def test_a_move_names_nothing_that_is_archived(projects_everywhere: Projects, member: str) -> None:
    project = await projects_everywhere.make()
    archived = await known_id(projects_everywhere, member, archived=True)
    with pytest.raises(Refusal) as refused:
        await approve(projects_everywhere, project, **{member: archived})
    assert refused.value.code == "archived"
    assert [fault.pointer for fault in refused.value.faults] == [f"/{member}"]


@foreign_and_own
async def test_a_move_names_what_is_there(projects_everywhere: Projects, member: str) -> None:
    project = await projects_everywhere.make()
    there = await known_id(projects_everywhere, member, archived=False)
    approved = await approve(projects_everywhere, project, **{member: there})
    assert (approved.stage, getattr(approved, member)) == (Stage.APPROVED, there)


async def test_a_move_leaves_what_was_named_before_as_it_is(projects_everywhere: Projects) -> None:
    """Somebody who was archived meanwhile stops no project."""
    there = await known_id(projects_everywhere, "sponsor_id", archived=False)
    project = await projects_everywhere.make(sponsor_id=str(there))
    await projects_everywhere.store.run("UPDATE known_person SET archived = 1 WHERE id = ?", (str(there),))
    for body in ({}, {"sponsor_id": there}):
        approved = await approve(projects_everywhere, project, **body)
        assert (approved.stage, approved.sponsor_id) == (Stage.APPROVED, there)
    assert (await approve(projects_everywhere, project, sponsor_id=None)).sponsor_id is None

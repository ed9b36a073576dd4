"""Units of work: what was read, and what will be written."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.projects.service import SERVICE
from services.projects.structure.project.api import PROJECTS
from shared.base.ids import new_id
from shared.contracts.language import plain
from shared.contracts.projects.structure import Project, Stage
from shared.domain.reading import Memory
from shared.domain.work import Work
from shared.store.outbox import Origin

COUNTS: Memory[str, int] = Memory("counts")
OTHERS: Memory[str, int] = Memory("other counts")


class Nowhere:
    """A store that nobody asks anything."""


def unit() -> Work:
    """One that never asks its store."""
    nowhere: Any = Nowhere()
    return Work(nowhere, SERVICE.mirrors, Origin("/portolan/tests/projects/1", "user", "anna", "tests"))


def members(name: str = "A bridge", **values: Any) -> dict[str, Any]:
    return vars(PROJECTS.create.model_validate({"name": name, **values})) | {"custom": {}}


def test_what_a_unit_remembers_is_its_own_and_of_one_kind() -> None:
    one, other = unit(), unit()
    one.memory(COUNTS)["a"] = 1
    assert one.memory(COUNTS) == {"a": 1}
    assert one.memory(OTHERS) == other.memory(COUNTS) == {}


def test_content_that_was_checked_makes_the_same_aggregate_as_content_that_is_checked_now() -> None:
    content = members(planned_start_on="2026-01-01", planned_cost={"amount": "5.00", "currency": "CHF"})
    supplied = {"code": "PRJ-1", "stage": Stage.PROPOSED}
    quick = unit().new_of(Project, content, supplied)
    checked = unit().new(Project, quick.id, **content | supplied)
    checked.take(created_at=quick.created_at, updated_at=quick.updated_at)
    assert quick == checked
    assert quick.to_json() == checked.to_json()


@pytest.mark.parametrize("supplied", [{"code": None}, {"code": "not a code"}, {"code": 7}])
def test_what_a_service_supplies_is_checked(supplied: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        unit().new_of(Project, members(), {"stage": Stage.PROPOSED, **supplied})


async def test_what_was_saved_is_loaded_as_it_was_saved_and_relied_on() -> None:
    work = unit()
    project = work.new(Project, code="PRJ-1", name="A bridge")
    assert work.before(project) is None
    work.save(project, plain(Project, "created"))
    project.name = "Another bridge"
    loaded = await work.load(Project, project.id)
    assert loaded.name == "A bridge"
    assert str(project.id) in work.part.relies_on
    assert work.is_changed(project)
    assert not work.is_changed(loaded)


def test_a_save_tells_only_what_differs_from_the_version_before() -> None:
    work = unit()
    project = work.save(work.new(Project, code="PRJ-1", name="A bridge"), plain(Project, "created"))
    before = work.before(project)
    project.name = "Another bridge"
    work.save(project, plain(Project, "revised"))
    assert before is not None
    assert (before.name, before.version, project.version) == ("A bridge", 1, 2)
    assert '"changed":["name"]' in work.part.events[1].payload
    assert work.state_of(project).encode() == project.to_json()


def test_whether_something_is_archived_is_known_of_what_was_read_or_saved_only() -> None:
    work, nobody = unit(), new_id()
    project = work.save(work.new(Project, code="PRJ-1", name="A bridge"), plain(Project, "created"))
    assert work.is_archived("project", project.id) is False
    assert work.is_archived("project", UUID(str(nobody))) is None
    assert work.is_archived("portfolio", project.id) is None

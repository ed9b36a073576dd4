"""Drafts change freely; to what was released is only added."""

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.contracts import releases, schema
from shared.contracts.compatibility import breaks
from shared.contracts.language import CATALOGUE
from shared.contracts.projects.structure import Project, WorkPackage
from shared.contracts.releases import Files, aggregates_named
from shared.contracts.schema import opened, schemas_of, state_name, state_schema

PROJECT = state_name(CATALOGUE[Project])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """The folder of an instance that has released the project, and nothing else."""
    files = Files(tmp_path)
    files.release([CATALOGUE[Project]])
    return files


def changed(name: str, change: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare the member `name` of a project with the words of `change` (None: without the word)."""
    declared = schema.all_schemas()
    member = declared[PROJECT]["properties"].setdefault(name, {})
    member |= {word: value for word, value in change.items() if value is not None}
    for word in (word for word, value in change.items() if value is None):
        del member[word]
    monkeypatch.setattr(releases, "all_schemas", lambda: declared)


def test_a_release_takes_the_state_and_every_event_of_its_aggregate(files: Files) -> None:
    assert files.released().keys() == schemas_of(CATALOGUE[Project]).keys()
    assert not files.released().keys() & files.drafted().keys()
    assert files.faults() == []


def test_a_draft_changes_freely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = Files(tmp_path)
    files.write()
    changed("name", {"type": "integer"}, monkeypatch)
    assert files.faults() == ["the drafts are not what is declared: run `make contracts`"]
    assert files.write() == []
    assert files.faults() == []


def test_an_optional_member_is_added_to_a_release(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    changed("colour", {"type": "string"}, monkeypatch)
    assert files.faults() == [f"{PROJECT} has gained members: run `make contracts`"]
    assert files.write() == []
    assert "colour" in files.released()[PROJECT]["properties"]


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("name", {"type": "integer"}),
        ("name", {"maxLength": 600}),
        ("name", {"maxLength": None}),
        ("name", {"minLength": 2}),
        ("description", {"default": "none"}),
        ("description", {"default": None}),
        ("version", {"minimum": 0}),
        ("version", {"maximum": 9}),
        ("code", {"pattern": "^P"}),
        ("id", {"format": None}),
        ("name", {"const": "ERP"}),
        ("name", {"enum": ["ERP"]}),
        ("name", {"uniqueItems": True}),
        ("phase", {"anyOf": [{"type": "string"}]}),
        ("name", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ("stage", {"$ref": "#/$defs/Money"}),
        ("name", {"additionalProperties": False}),
    ],
)
def test_any_other_change_of_a_release_is_refused(
    files: Files, monkeypatch: pytest.MonkeyPatch, member: str, change: dict[str, Any]
) -> None:
    changed(member, change, monkeypatch)
    before = files.released()[PROJECT]
    [refused] = files.write()
    assert refused.startswith(f"{PROJECT} is not an addition, so add a v2: ")
    assert files.faults() == [refused]
    assert files.released()[PROJECT] == before


def test_a_schema_that_is_gone_is_refused(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    declared = schema.all_schemas()
    gone = "projects.project.approved.v1.json"
    del declared[gone]
    monkeypatch.setattr(releases, "all_schemas", lambda: declared)
    assert files.write() == [f"{gone} is gone, and consumers may still read it"]


@pytest.mark.parametrize("change", ["remove", "no longer promise", "require", "shrink values"])
def test_what_consumers_rely_on_stays(change: str) -> None:
    old = state_schema(CATALOGUE[Project])
    new = copy.deepcopy(old)
    if change == "remove":
        del new["properties"]["description"]
    elif change == "no longer promise":
        new["required"].remove("version")
    elif change == "require":
        new["required"].append("description")
    else:
        new["$defs"]["Stage"]["enum"].remove("closed")
    assert len(breaks(old, new)) == 1


def test_an_enumeration_may_grow_and_words_that_describe_may_change() -> None:
    old = state_schema(CATALOGUE[Project])
    new = copy.deepcopy(old)
    new["$defs"]["Stage"]["enum"].append("paused")
    new["properties"]["name"] |= {"description": "By which people know it.", "examples": ["ERP"]}
    new["properties"]["phase"]["anyOf"].reverse()
    assert breaks(old, new) == []


def test_the_open_form_accepts_what_the_closed_form_does_not_know() -> None:
    closed = state_schema(CATALOGUE[Project])
    project = {
        "id": "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d",
        "version": 1,
        "created_at": "2026-06-01T08:30:00.000000Z",
        "updated_at": "2026-06-01T08:30:00.000000Z",
        "code": "PRJ-0001",
        "name": "ERP",
    }
    later = project | {
        "colour": "red",
        "stage": "paused",
        "planned_cost": {"amount": "1", "currency": "CHF", "rounded": True},
    }
    validate, accept = (jsonschema.Draft202012Validator(form) for form in (closed, opened(closed)))
    assert validate.is_valid(project)
    assert not validate.is_valid(later)
    assert accept.is_valid(later)
    assert not accept.is_valid(project | {"name": 7})


def test_aggregates_are_released_by_their_names() -> None:
    assert aggregates_named(["projects.work_package"]) == [CATALOGUE[WorkPackage]]
    with pytest.raises(ValueError, match=r"projects\.lesson: expected are some of .*projects\.portfolio, "):
        aggregates_named(["projects.lesson"])

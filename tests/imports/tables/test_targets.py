"""Targets: every collection that can be written by key, with its members by paths."""

import pytest

from services.imports.tables.references import MAKEABLE
from services.imports.tables.targets import UnknownTarget, own_fields, target_named, targets
from shared.contracts.forms import index, model_of


def test_every_collection_that_is_written_by_key_is_a_target() -> None:
    by_key = {e.key for e in index() if (m := model_of(e)).creates and "external_ref" in m.by_name}
    assert {target.register for target in targets()} == by_key
    assert {"projects.project", "finance.budget_line", "resources.allocation"} <= by_key
    for target in targets():
        assert target_named(target.name).register == target_named(target.register).register == target.register


def test_an_unknown_target_is_refused_with_what_there_is() -> None:
    with pytest.raises(UnknownTarget, match=r"Is 'projects' meant\? There are: .*budget-lines"):
        target_named("project")


def test_each_path_names_one_member_and_each_label_too() -> None:
    for target in targets():
        paths = [field.path for field in target.fields]
        assert len(paths) == len(set(paths))
        for language in ("en", "fr"):
            labels = [field.label(language) for field in target.fields if "." not in field.path]
            assert len(labels) == len(set(labels)), (target.name, language)


def test_members_say_what_a_row_may_do_with_them() -> None:
    uses = {field.path: field.use for field in target_named("projects").fields}
    assert uses["planned_cost"] == uses["planned_cost.currency"] == "given"
    assert uses["code"] == uses["stage"] == "at creation"
    assert uses["external_ref.id"] == uses["id"] == uses["version"] == "row"
    assert uses["created_at"] == "read only"
    required = {field.path for field in target_named("budget-lines").fields if field.required}
    assert required == {"fiscal_year", "amount"}
    assert target_named("portfolios").field("thresholds.cost_red_pct").is_taken


def test_own_fields_of_the_organisation_are_members() -> None:
    definition = {
        "aggregate": "projects.project", "name": "risk_class", "type": "choice", "choices": ["high", "low"],
        "label": [{"language": "en", "text": "Risk class"}], "unit": None, "required_when": None, "state": "active",
    }  # fmt: skip
    drafted = {**definition, "name": "b", "state": "draft"}
    retired = {**definition, "name": "c", "state": "retired"}
    of_another = {**definition, "aggregate": "risk.risk"}
    own = own_fields("projects.project", [definition, drafted, retired, of_another])
    target = target_named("projects", own, {"project.planned_cost": "framework credit"})
    assert target.field("custom.risk_class").of.choices == ("high", "low")
    assert target.field("custom.risk_class").label("fr") == "Risk class"
    assert not target.field("custom.c").is_taken
    assert "retired" in target.untaken(target.field("custom.c"), "Class")
    assert not target.has("custom.b")
    assert target.field("planned_cost").label("fr") == "Framework credit"


@pytest.mark.parametrize(
    ("target", "path", "why"),
    [
        ("projects", "created_at", "Portolan sets it itself: x"),
        ("projects", "external_ref.source", "the mapping says it for all rows, as source: x"),
        ("persons", "skills", "it has parts, which no single cell can hold: x"),
        ("portfolios", "thresholds", "it has parts, which no single cell can hold: x"),
    ],
)
def test_why_no_column_fills_a_member(target: str, path: str, why: str) -> None:
    of = target_named(target)
    assert str(of.untaken(of.field(path), "x")) == why


@pytest.mark.parametrize("kind", MAKEABLE)
def test_of_what_may_be_made_a_name_is_enough(kind: str) -> None:
    target = next(target for target in targets() if target.entry.name == kind)
    assert tuple(field.path for field in target.fields if field.required) == target.entry.title[:1]

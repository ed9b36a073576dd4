"""Every aggregate, member, value, state, move and fact has a label in English and French, beside its declaration."""

import json
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from services.embedded import SERVICES
from shared.contracts import words
from shared.contracts.catalogue import GROUPS, entries
from shared.contracts.forms import index, model_of
from shared.contracts.language import entry_of
from shared.contracts.members import unwrapped
from shared.contracts.words import Kind, capitalised, english, entries_of, has_label, label

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi"
NEEDED_LANGUAGES = ("fr",)
"""The languages in which nothing may be missing. German and Italian join them once somebody has translated them."""
OPERATIONS = {"dead-letters", "imports", "operations"}
"""Collections that are no aggregates; their moves have texts of their own on the pages."""


@cache
def needed() -> frozenset[tuple[Kind, str]]:
    """Everything that pages, mails and reports call by a label."""
    return frozenset({*_declared(), *_moves(), *_groups()})


def _declared() -> Iterator[tuple[Kind, str]]:
    for entry in entries():
        yield "aggregate", entry.name
        for name, fact in entry.facts.items():
            yield "fact", f"{entry.name}.{name}"
            yield from _members(fact, f"{entry.name}.")
        yield from _members(entry.shape, f"{entry.name}.")


def _members(shape: type[BaseModel], path: str) -> Iterator[tuple[Kind, str]]:
    for name, info in shape.model_fields.items():
        kind = _innermost(info.annotation)
        yield "member", path + name
        if isinstance(kind, type) and issubclass(kind, Enum):
            yield from (("value", f"{path}{name}.{choice.value}") for choice in kind)
        elif isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _members(kind, f"{path}{name}.")


def _innermost(annotation: Any) -> Any:
    """The type of a member, of a list the type of its items, of a mapping that of its values."""
    kind, _, _ = unwrapped(annotation)
    return _innermost(get_args(kind)[-1]) if get_args(kind) else kind


def _moves() -> Iterator[tuple[Kind, str]]:
    names = {(entry.service, entry.collection): entry.name for entry in entries()}
    for path in OPENAPI.glob("*.json"):
        for address, operations in json.loads(path.read_text())["paths"].items():
            service, _, collection, *rest = address.strip("/").split("/")[:5] + [""] * 3
            if "post" in operations and rest[0] == "{id}" and rest[1] and collection not in OPERATIONS:
                yield "move", f"{names[service, collection]}.{rest[1]}"
    yield from (("move", f"{entry.name}.archive") for entry in entries() if not entry.is_read_only)
    for register in (one for service in SERVICES for group in service.groups for one in group.registers):
        for move in register.lifecycle.moves.values() if register.lifecycle else ():
            yield from _members(move.takes, f"{entry_of(register.shape).name}.")
    for of in index():  # moves that are no step of a lifecycle, such as applying a method
        for act in model_of(of).moves:
            yield from (("member", f"{of.name}.{field.name}") for field in act.takes)


def _groups() -> Iterator[tuple[Kind, str]]:
    yield from (("service", service.name) for service in SERVICES)
    yield from (("group", ".".join(module.__name__.split(".")[2:])) for module in GROUPS)


@pytest.mark.parametrize("language", NEEDED_LANGUAGES)
def test_everything_has_a_label(language: str) -> None:
    missing = sorted(f"{kind} {name}" for kind, name in needed() if not has_label(kind, name, language))
    assert not missing, f"write them into shared/contracts/<service>/<group>.words.toml: {', '.join(missing)}"


def test_an_aggregate_without_a_label_is_missed() -> None:
    assert not has_label("aggregate", "spaceship", "fr")
    assert not has_label("member", "risk.warp_factor", "fr")
    assert not has_label("value", "risk.kind.wormhole", "fr")


def test_every_label_is_of_something() -> None:
    """An entry that nothing uses is a misspelt or a forgotten one."""
    used = [columns for kind, name in needed() if kind != "aggregate" for columns in entries_of(kind, name)]
    names = {entry.name for entry in entries()} | {words.COMMON}
    for owner, table, name, columns in words.all_entries():
        assert owner in names, f"there is no aggregate {owner}"
        if table:
            assert any(columns is one for one in used), f"nothing is called by {owner}.{table}.{name}"


def test_labels_are_words_in_the_languages_that_there_are() -> None:
    for owner, table, name, columns in words.all_entries():
        place = f"{owner}.{table}.{name}"
        for language, value in columns.items():
            assert len(language) == 2, f"{place}: {language} is no language"
            if not table:
                assert isinstance(value, dict), place
                assert {"one", "many"} <= value.keys() <= {"one", "many", "gender"}, place
                assert language == words.ENGLISH or value["gender"] in words.GENDERS, place
            texts = (
                value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
            )
            for text in texts:
                assert isinstance(text, str), place
                assert text == text.strip(), place
                assert not set('"<>{}%') & set(text.replace("(%", "")), (
                    f"{place}: labels stand in attributes too"
                )


@pytest.mark.parametrize(
    ("kind", "name", "text", "french"),
    [
        ("aggregate", "work_package", "work package", "lot de travail"),
        ("aggregates", "work_package", "work packages", "lots de travail"),
        ("aggregates", "person", "people", "personnes"),
        ("member", "project.sponsor_id", "sponsor", "mandant"),
        ("member", "programme.manager_id", "programme manager", "chef de programme"),
        ("member", "calendar.week.shifts.begins", "from", "de"),
        ("state", "project.approved", "approved", "approuvé"),
        ("state", "budget_line.approved", "approved", "approuvée"),
        ("value", "budget_line.state.approved", "approved", "approuvée"),
        ("value", "project.stage.active", "active", "en cours"),
        ("value", "risk.kind.threat", "threat", "menace"),
        ("value", "actual_cost.nature.capex", "capital", "investissement"),
        ("value", "calendar.week.weekday.monday", "Monday", "lundi"),
        ("move", "project.put-on-hold", "put on hold", "suspendre"),
        ("move", "allocation.commit", "make firm", "rendre ferme"),
        ("fact", "budget_line.submitted", "submitted", "soumise"),
        ("group", "finance.budget", "budgets", "budgets"),
        ("service", "risk", "risks", "risques"),
    ],
)
def test_a_label_is_the_most_exact_one(kind: Kind, name: str, text: str, french: str) -> None:
    assert label(kind, name) == text
    assert label(kind, name, "fr") == label(kind, name, "fr-CH") == label(kind, name, "fr_CH") == french


def test_what_a_language_does_not_have_is_said_in_english() -> None:
    assert label("member", "project.sponsor_id", "rm") == "sponsor"
    assert label("aggregates", "person", "rm") == "people"
    assert label("member", "spaceship.warp_factor", "fr") == "warp factor"
    assert label("aggregate", "spaceship", "fr") == "spaceship"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("planned_start_on", "planned start"), ("starts_on", "starts on"), ("posted_on", "posted on"),
        ("objective_ids", "objectives"), ("wbs", "WBS"), ("put-on-hold", "put on hold"),
    ],
)  # fmt: skip
def test_an_english_label_follows_from_the_name(name: str, text: str) -> None:
    assert english(name) == text


def test_the_organisations_words_replace_labels() -> None:
    own = {
        "project": "affaire",
        "projects": "affaires",
        "project.sponsor_id": "maître d'ouvrage",
        "risk": "aléa",
    }
    assert label("aggregate", "project", "fr", own) == "affaire"
    assert label("aggregates", "project", "fr", own) == "affaires"
    assert label("aggregates", "risk", "fr", own) == "aléa"
    assert label("member", "project.sponsor_id", "fr", own) == "maître d'ouvrage"
    assert label("member", "programme.sponsor_id", "fr", own) == "mandant"


def test_a_new_language_is_a_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "control.words.toml"
    path.write_text('[forecast]\nde = {one = "Kostenprognose", many = "Kostenprognosen", gender = "f"}\n')
    monkeypatch.setattr(words, "files", lambda: [path])
    words.read_again()
    try:
        assert label("aggregate", "forecast", "de") == "Kostenprognose"
        assert label("aggregate", "forecast", "it") == "forecast"
    finally:
        words.read_again()


def test_two_files_do_not_name_the_same_aggregate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("a.words.toml", "b.words.toml")]
    for path in paths:
        path.write_text("[risk]\n")
    monkeypatch.setattr(words, "files", lambda: paths)
    words.read_again()
    try:
        with pytest.raises(TypeError, match="another file"):
            label("aggregate", "risk", "fr")
    finally:
        words.read_again()


def test_headings_begin_with_a_capital_letter() -> None:
    assert capitalised("état du projet") == "État du projet"


def test_a_service_that_asks_for_no_label_reads_none() -> None:
    code = "from services.finance.service import SERVICE; from shared.contracts import words; print(words._tables.cache_info().currsize)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "0"

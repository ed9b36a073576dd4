"""Sentences with their values apart: the same in English, and said in other languages."""

import pickle
from copy import deepcopy
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from shared.base import texts
from shared.base.texts import (
    Text,
    either,
    from_plain,
    in_language,
    is_translated,
    joined,
    language_of,
    preferred,
    to_plain,
    with_places,
)
from shared.contracts.words import Called


@pytest.fixture
def romansh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with a few sentences, in a language that Portolan does not have."""
    catalogue = Catalog(locale="rm")
    for text, translation in (
        ("{count:,} items", "{count:,} elements"),
        ("the {noun} is {state}", "{state}: {noun}"),
        ("it failed: {detail}", "betg reussì: {detail}"),
        ("{some} or {last}", "{some} u {last}"),
        ("a plain one", "ina simpla"),
        ("the same", "the same"),
    ):
        catalogue.add(text, translation)
    path = tmp_path / "rm" / "LC_MESSAGES" / "problems.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    monkeypatch.setattr(texts, "LOCALE", tmp_path)


def test_a_text_is_its_english_sentence() -> None:
    text = Text("{count:,} items of {name!r}", count=1000, name="a")
    assert text == "1,000 items of 'a'"
    assert (text.template, text.values) == ("{count:,} items of {name!r}", {"count": 1000, "name": "a"})
    assert Text("no {place}") == "no {place}"
    assert Text(text) is text


@pytest.mark.usefixtures("romansh")
def test_a_text_is_said_in_another_language_with_its_values() -> None:
    assert Text("{count:,} items", count=12_000).in_language("rm") == "12’000 elements"
    assert in_language("a plain one", "rm") == "ina simpla"
    assert in_language("nobody translated this", "rm") == "nobody translated this"
    assert Text("{count:,} items", count=1).in_language("en") == "1 items"


@pytest.mark.usefixtures("romansh")
def test_texts_within_a_text_are_said_in_its_language_and_other_values_are_not() -> None:
    detail = Text("a plain one")
    assert Text("it failed: {detail}", detail=detail).in_language("rm") == "betg reussì: ina simpla"
    assert Text("it failed: {detail}", detail="a plain one").in_language("rm") == "betg reussì: a plain one"
    listed = joined([Text("{count:,} items", count=1), "x"])
    assert (listed, listed.in_language("rm")) == ("1 items, x", "1 elements, x")
    choice = either(["a", "b", "c"])
    assert (choice, choice.in_language("rm")) == ("a or b or c", "a u b u c")


@pytest.mark.usefixtures("romansh")
def test_what_is_not_translated_is_known() -> None:
    assert is_translated("a plain one", "rm")
    assert is_translated("the same", "rm")
    assert is_translated(Text("{a} -> {b}", a=1, b=2), "rm") is False
    assert is_translated(Text("{a}: {b}", a=1, b=2), "rm")
    assert not is_translated("another", "rm")
    assert not is_translated(Text("it failed: {detail}", detail=Text("another")), "rm")


def test_a_text_goes_through_other_processes() -> None:
    text = Text("{count} of {name}", count=2, name=Called("state", "risk.closed", "closed"))
    for copy in (pickle.loads(pickle.dumps(text)), deepcopy(text)):
        assert (copy, copy.template, copy.values) == (text, text.template, text.values)
        name = copy.values["name"]
        assert isinstance(name, Called)
        assert in_language(name, "fr") == "clos"


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.5", "fr"), ("en-US,en;q=0.9,fr;q=0.8", "en"), ("en;q=0.1, fr;q=0.9", "fr"),
        ("de-CH, fr;q=0", None), ("de, fr;q=nonsense, en", "en"), ("*", "en"), ("", None), ("FR", "fr"),
    ],
)  # fmt: skip
def test_the_language_is_the_one_most_wanted_of_those_there_are(accepted: str, language: str | None) -> None:
    assert preferred(accepted, ("en", "fr")) == language
    assert language_of(accepted) == (language or "en")


@pytest.mark.parametrize(
    ("template", "name", "sentence"),
    [
        ("the {noun} is already archived", "allocation", "l’affectation est déjà archivée"),
        ("the {noun} is already archived", "project", "le projet est déjà archivé"),
        ("the {noun} is already archived", "budget_line", "la ligne budgétaire est déjà archivée"),
        ("there is no {noun} with this key", "forecast", "aucune prévision de coûts n’a cette clé"),
    ],
)
def test_a_label_takes_the_form_that_the_translation_asks_for(
    template: str, name: str, sentence: str
) -> None:
    assert Text(template, noun=Called("aggregate", name, name)).in_language("fr") == sentence


def test_what_was_compiled_is_read_unless_the_catalogue_is_newer(tmp_path: Path) -> None:
    source = tmp_path / "rm" / "LC_MESSAGES" / "own.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "one"\nmsgstr "in"\n')
    source.with_suffix(".mo").write_bytes(texts.compile_catalogue(source))
    assert texts.catalogue(tmp_path, "own", "rm").gettext("one") == "in"
    source.with_suffix(".mo").unlink()
    texts.catalogue.cache_clear()
    assert texts.catalogue(tmp_path, "own", "rm").gettext("one") == "in"
    assert texts.catalogue(tmp_path, "own", "de").gettext("one") == "one"


@pytest.mark.parametrize(
    ("count", "english", "french"),
    [
        (0, "0 members are not valid", "0 champ n’est pas valable"),
        (1, "1 member is not valid", "1 champ n’est pas valable"),
        (2, "2 members are not valid", "2 champs ne sont pas valables"),
    ],
)
def test_a_word_agrees_with_its_count_in_every_language(count: int, english: str, french: str) -> None:
    text = Text("{count} {count:member is|members are} not valid", count=count)
    assert (text, in_language(text, "fr")) == (english, french)
    assert in_language(from_plain(to_plain(text)), "fr") == french  # type: ignore[arg-type] # what `to_plain` makes


def test_papers_show_a_template_with_its_places_alone() -> None:
    template = "{noun:le} has {count:,} {count:part|parts}: {name!r}"
    assert with_places(template) == "{noun} has {count} parts: {name}"

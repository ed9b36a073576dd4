"""A language that nobody speaks, made in a folder as a translator makes one: two catalogues, and a column of labels.

Its texts are the English ones, in brackets: `⟦Overview⟧`. What stands on a page without them is translated nowhere.
Values of a text stand outside its brackets, and have their own where they are words: `⟦the document is ⟧⟦draft⟧`.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import copytree

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from services.reporting.web import page as pages
from services.reporting.web import words as page_words
from shared.base import texts
from shared.contracts import words

LANGUAGE = "rm"
"""Of the languages that Babel knows one that Portolan does not have."""
OPENS, CLOSES = "⟦⟧"
_FRENCH = re.compile(r'\bfr = (\{[^{}]*\}|\[[^\]]*\]|"[^"]*")')
_LABEL = re.compile(r'(?<!gender = )"([^"]*)"')


_VALUE = re.compile(r"(\{[^{}]*\}|%\(\w+\)[sd])")


def marked(text: str) -> str:
    pieces = _VALUE.split(text)
    return "".join(_agreeing(piece) if i % 2 else _in_brackets(piece) for i, piece in enumerate(pieces))


def _in_brackets(text: str) -> str:
    return f"{OPENS}{text}{CLOSES}" if text.strip() else text


def _agreeing(value: str) -> str:
    """The place of a value; the words in it, which agree with a count, are translated too."""
    name, _, forms = value.strip("{}").partition(":")
    return f"{{{name}:{'|'.join(map(_in_brackets, forms.split('|')))}}}" if "|" in forms else value


@contextmanager
def another_language(folder: Path, translate: Callable[[str], str] = marked) -> Iterator[str]:
    """Portolan with one language more; its catalogues and labels stand in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        for module, domain in ((page_words, "portolan"), (texts, texts.DOMAIN)):
            source = module.LOCALE / f"{domain}.pot"
            path = folder / domain / LANGUAGE / "LC_MESSAGES" / f"{domain}.po"
            copytree(module.LOCALE, folder / domain)
            path.parent.mkdir(parents=True)
            path.write_bytes(_translated(source, translate))
            patch.setattr(module, "LOCALE", folder / domain)
        patch.setattr(words, "files", _files_with_a_column(folder / "labels", translate))
        _read_again()
        try:
            yield LANGUAGE
        finally:
            patch.undo()
            _read_again()


def _translated(source: Path, translate: Callable[[str], str]) -> bytes:
    with source.open("rb") as file:
        template = read_po(file)
    catalog = Catalog(locale=LANGUAGE, fuzzy=False)
    for message in template:
        if message.id:
            forms = (message.id,) if isinstance(message.id, str) else message.id
            translations = tuple(translate(str(form)) for form in forms)
            catalog.add(
                message.id,
                translations if len(translations) > 1 else translations[0],
                context=message.context,
            )
    content = BytesIO()
    write_po(content, catalog)
    return content.getvalue()


def _files_with_a_column(folder: Path, translate: Callable[[str], str]) -> Callable[[], list[Path]]:
    copies = []
    for path in words.files():
        copies.append(folder / path.relative_to(words.HERE))
        copies[-1].parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines()
        copies[-1].write_text("\n".join(_with_a_column(line, translate) for line in lines) + "\n")
    return lambda: copies


def _with_a_column(line: str, translate: Callable[[str], str]) -> str:
    """The line of an entry with another label; it says the French one, so that none has to be thought of."""
    if (french := _FRENCH.search(line)) is None:
        return line
    column = _LABEL.sub(lambda label: f'"{translate(label[1])}"', french[1])
    between = "\n" if french.start() == 0 else ", "
    return f"{line[: french.end()]}{between}{LANGUAGE} = {column}{line[french.end() :]}"


def _read_again() -> None:
    """Forget what was read of catalogues and labels."""
    words.read_again()
    for cached in (
        texts.languages, texts.language_of, texts.catalogue, texts._problems,
        page_words.languages, page_words.words_in, pages._environment,
    ):  # fmt: skip
        cached.cache_clear()

"""`make texts`: collects what people read, for translators, and compiles what they have translated.

There are two domains. `portolan` is what pages and mails say: templates, `gettext` and `N_`, and what members and moves mean.
`problems` is what every service says of a refusal: the sentences of refusals and their faults, each `Text`, and the titles.
Each has a template, a `.pot`, and a catalogue per language, a `.po`. A catalogue loses what is no longer said, and gains what is new without a translation:
a test fails as long as a French one is missing. French typography is set right in passing: translators type plain spaces.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from services.problem_types import AWAY, ROOT, helpers_of, refusal_classes, sources
from shared.base import texts
from shared.base.validation import FINDINGS
from shared.contracts import descriptions

WEB, MAIL = (ROOT / "services" / "reporting" / folder for folder in ("web", "mail"))
DOMAINS = {"portolan": WEB / "locale", texts.DOMAIN: texts.LOCALE}
"""Domain -> the folder of its catalogues."""
FOR_OPERATORS = (
    "services/cli", "services/stack.py", "services/backup.py", "services/contracts.py",
    "services/migrations.py", "services/problem_types.py", "services/texts.py", "shared/base/settings.py",
    "shared/contracts/releases.py", "shared/messaging/bus", "shared/store/base.py", "shared/runtime/migrate.py", "shared/base/trusted_issuers.py",
)  # fmt: skip
"""What speaks to operators and developers, in English."""
OF_PYTHON = (
    "Expecting value", "Expecting property name enclosed in double quotes", "Expecting ':' delimiter", "Extra data",
    "Expecting ',' delimiter", "Invalid control character at", "Invalid \\escape", "Invalid \\uXXXX escape",
    "Unterminated string starting at", "Illegal trailing comma before end of object",
    "Illegal trailing comma before end of array",
)  # fmt: skip
"""What Python says of a text that is no JSON."""
CODE = re.compile("(`[^`]*`)")
TYPOGRAPHY = {
    "fr": (
        (re.compile(r" (?=[:;?!»](?:\W|$)|%%|%(?![(s]))"), "\N{NO-BREAK SPACE}"),
        (re.compile("« ?(?!\N{NO-BREAK SPACE})"), "«\N{NO-BREAK SPACE}"),
        (re.compile(r"(?<=\w)'"), "’"),
    ),
}
"""Language -> what stands instead of what translators type: spaces at which no line breaks, the apostrophe of printers."""
NOT_SAID = frozenset({"code", "pointer", "headers", "parameter", "header"})
"""Arguments of refusals and faults that are no sentences."""


def main(arguments: list[str]) -> None:
    if arguments != ["compile"]:
        for path, content in collected().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for source in sorted(path for folder in DOMAINS.values() for path in folder.glob("*/LC_MESSAGES/*.po")):
        source.with_suffix(".mo").write_bytes(texts.compile_catalogue(source))


def collected() -> dict[Path, bytes]:
    """Path -> content of every template and catalogue, as the sources are now."""
    files = {}
    for domain, folder in DOMAINS.items():
        template = page_texts() if domain == "portolan" else problem_texts()
        files[folder / f"{domain}.pot"] = _file_of(template, omit_header=True)
        for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po")):
            files[path] = _file_of(_brought_up_to(template, path))
    return files


def page_texts() -> Catalog:
    """What pages and mails say."""
    catalog = Catalog(project="Portolan")
    with (WEB / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call] # babel has no type for it
    for folder in (WEB, MAIL):
        for _, _, message, _, context in extract_from_dir(str(folder), methods, options):
            catalog.add(message, context=context)
    for text in descriptions.sentences():
        if text:
            catalog.add(text)
    for text in descriptions.examples():
        catalog.add(text, context=descriptions.EXAMPLE)
    return catalog


def problem_texts() -> Catalog:
    """What services say of refusals."""
    catalog = Catalog(project="Portolan")
    titles = (kind.title for kind in refusal_classes().values())
    for text in (
        *titles,
        str(AWAY["title"]),
        *AWAY["details"],
        *FINDINGS.values(),
        *OF_PYTHON,
        *_sentences(),
    ):
        if texts.has_words(text):
            catalog.add(text)
    return catalog


def _sentences() -> Iterator[str]:
    trees = {path: ast.parse(path.read_text()) for path in sources()}
    helpers = helpers_of(list(trees.values()))
    refusing = {*refusal_classes(), *helpers, "ValueError"} - {"__init__"}
    for path, tree in trees.items():
        if not str(path.relative_to(ROOT)).startswith(FOR_OPERATORS):
            yield from _sentences_of(tree, refusing)


def _sentences_of(tree: ast.AST, refusing: Iterable[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "Text" and node.args:
            yield from _texts(node.args[0])
        elif name == "Fault":
            for argument in (*node.args[1:2], *(kw.value for kw in node.keywords if kw.arg == "detail")):
                yield from _texts(argument)
        elif name in refusing:
            keywords = [keyword.value for keyword in node.keywords if keyword.arg not in NOT_SAID]
            for argument in (*node.args, *keywords):
                yield from (text for text in _texts(argument) if " " in text)


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _brought_up_to(template: Catalog, path: Path) -> Catalog:
    """The catalogue with what the template holds and nothing else."""
    with path.open("rb") as file:
        old = read_po(file)
    new = Catalog(locale=path.parts[-3], project="Portolan", header_comment=old.header_comment, fuzzy=False)
    new.mime_headers = old.mime_headers
    for message in template:
        if message.id:
            former = old.get(message.id, message.context)
            new.add(message.id, _set_right(path.parts[-3], former), context=message.context)
    return new


def _set_right(language: str, former: Message | None) -> str | tuple[str, ...] | None:
    """What a catalogue said of a message, with the typography of its language."""
    if former is None:
        return None
    if isinstance(former.string, str):
        return typeset(language, former.string)
    return tuple(typeset(language, str(form)) for form in former.string or ())


def typeset(language: str, text: str) -> str:
    """A text with the marks and spaces that its language wants; code stays as it is."""
    for pattern, replacement in TYPOGRAPHY.get(language, ()):
        parts = CODE.split(text)
        text = "".join(part if i % 2 else pattern.sub(replacement, part) for i, part in enumerate(parts))
    return text


def _file_of(catalog: Catalog, omit_header: bool = False) -> bytes:
    file = BytesIO()
    write_po(file, catalog, width=0, sort_output=True, no_location=True, omit_header=omit_header)
    return file.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])

"""Untrusted XML read in one pass: only the elements asked for are kept, all others are counted by path.

A document that declares anything (a DOCTYPE, and with it every entity, external or not) is refused. That
happens at the declaration, before a byte of it is expanded. Time and memory stay in proportion to what a real
plan needs. Depth, length of a tag, numbers of elements and number of unknown paths are bounded.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import escape

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

MAX_DEPTH = 32
MAX_ELEMENTS = 300_000
MAX_LEFT_OUT = 2_000_000
MAX_UNKNOWN_PATHS = 5_000
MAX_TAG = 1 << 20
"""A tag, its attributes included, or a comment: the parser holds it whole, at many times its length."""

_NAME = 200
"""So much of an unknown element's name is kept."""

_ESCAPES = {"\r": "&#13;"}
"""A bare carriage return would be read back as a line feed."""

Shape: TypeAlias = Mapping[str, "Shape | None"]
"""What to keep of an element: its children by name, None for one that holds text only."""


@dataclass(slots=True)
class Element:
    """An element that was kept: the texts of its simple children, and its other children in their order."""

    name: str
    line: int
    texts: dict[str, str] = field(default_factory=dict)
    children: dict[str, list["Element"]] = field(default_factory=dict)

    def all(self, *path: str) -> list["Element"]:
        """The descendants along `path`, every repetition of each step included."""
        elements = [self]
        for name in path:
            elements = [child for element in elements for child in element.children.get(name, ())]
        return elements


def parse(content: bytes, root: str, namespace: str, shape: Shape) -> tuple[Element, Counter[str]]:
    """The kept part of a document whose root is `root`, and how often each other path occurs.

    The root's namespace begins with `namespace`, or is left out as some programs do. Of an element that is
    not kept only the outermost path is counted; of a simple element given twice the first text counts. Raises
    Invalid for what is not such a document, is not well-formed, declares a DOCTYPE or is beyond the bounds of
    this module.
    """
    document = _Document(root, namespace, shape)
    _feed(document.parser, content)
    return document.top.children[root][0], document.unknown


def root_of(content: bytes) -> str:
    """The name of a document's root; nothing beyond its tag is read. Raises Invalid as `parse` does."""
    parser = _parser()
    parser.StartElementHandler = _report_root
    try:
        _feed(parser, content)
    except _RootReached as root:
        return str(root)
    raise AssertionError("a document without a root is not well-formed")


class _RootReached(Exception):
    """Ends a parse at the root's tag."""


def _report_root(name: str, attributes: dict[str, str]) -> None:
    raise _RootReached(name.rpartition("}")[2])


def _parser() -> expat.XMLParserType:
    """A parser that refuses every declaration."""
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse_doctype(name: str, *_: object) -> None:
        what = Text("a plan declares no DOCTYPE; this one declares {name}", name=name[:80])
        raise refused("doctype", what, parser.CurrentLineNumber)

    parser.StartDoctypeDeclHandler = refuse_doctype
    return parser


def _feed(parser: expat.XMLParserType, content: bytes) -> None:
    try:
        for fed in range(MAX_TAG, len(content) + MAX_TAG, MAX_TAG):
            parser.Parse(content[fed - MAX_TAG : fed], False)
            if min(fed, len(content)) - parser.CurrentByteIndex > MAX_TAG:
                what = Text("a tag or comment is longer than {max_tag:,} bytes", max_tag=MAX_TAG)
                raise refused("tag_too_long", what, parser.CurrentLineNumber)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        what = Text("the XML is not well-formed: {code}", code=expat.ErrorString(error.code))
        raise refused("not_well_formed", what, error.lineno) from None
    except (LookupError, UnicodeError, ValueError) as error:
        what = Text("the XML has an encoding that cannot be read: {error}", error=error)
        raise refused("unknown_encoding", what, 1) from None


def refused(code: str, what: str, line: int) -> Invalid:
    """The refusal of a document for what stands on `line`."""
    return Invalid(
        Text("line {line}: {what}", line=line, what=what),
        Fault(code, what, pointer=f"/line/{line}"),
        code=code,
    )


class _Document:
    """The handlers of one parse, and the elements that are open."""

    def __init__(self, root: str, namespace: str, shape: Shape) -> None:
        self.root, self.namespace = root, namespace
        self.top = Element("", 0)
        self.open: list[tuple[Element, Shape, str]] = [(self.top, {root: shape}, "")]
        self.unknown: Counter[str] = Counter()
        self.elements_read = 0
        self.skipped_depth = self.left_out = 0
        self.text_of: str | None = None
        self.text: list[str] = []
        self.parser = _parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.refuse_other_root
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append

    def refuse_other_root(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition("}")
        if local != self.root or not (not namespace or namespace.startswith(self.namespace)):
            name_of_root = f"{local[:80]} of {namespace[:120]}" if namespace else local[:80]
            raise self.refusal(
                "wrong_root",
                Text(
                    "the root is {name_of_root}, not {root} of {namespace}",
                    name_of_root=name_of_root,
                    root=self.root,
                    namespace=self.namespace,
                ),
            )
        self.parser.StartElementHandler = self.start
        self.start(name, attributes)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipped_depth:
            self.skip()
            return
        name = name.rpartition("}")[2]
        element, shape, path = self.open[-1]
        if self.text_of is not None:
            self.count(f"{path}{self.text_of}/{name[:_NAME]}")
        elif name not in shape or name in element.texts:
            self.count(path + name[:_NAME])
        elif (inner := shape[name]) is None:
            self.text_of = name
            self.text.clear()
        else:
            self.descend(element, name, inner, f"{path}{name}/")

    def descend(self, parent: Element, name: str, shape: Shape, path: str) -> None:
        self.elements_read += 1
        if self.elements_read > MAX_ELEMENTS:
            raise self.refusal(
                "too_many_elements",
                Text("a plan has at most {max_elements:,} elements of this depth", max_elements=MAX_ELEMENTS),
            )
        element = Element(name, self.parser.CurrentLineNumber)
        parent.children.setdefault(name, []).append(element)
        self.open.append((element, shape, path))

    def end(self, name: str) -> None:
        if self.skipped_depth:
            self.skipped_depth -= 1
        elif self.text_of is not None:
            self.open[-1][0].texts[self.text_of] = "".join(self.text)
            self.text_of = None
        else:
            self.open.pop()
        self.text.clear()

    def skip(self) -> None:
        self.leave_out()
        self.skipped_depth += 1
        if self.skipped_depth > MAX_DEPTH:
            raise self.refusal(
                "too_deep", Text("elements are nested more than {max_depth} deep", max_depth=MAX_DEPTH)
            )

    def count(self, path: str) -> None:
        self.leave_out()
        self.unknown[path] += 1
        self.skipped_depth = 1
        if len(self.unknown) > MAX_UNKNOWN_PATHS:
            raise self.refusal(
                "too_many_unknown",
                Text(
                    "more than {max_unknown_paths:,} kinds of unknown elements",
                    max_unknown_paths=MAX_UNKNOWN_PATHS,
                ),
            )

    def leave_out(self) -> None:
        self.left_out += 1
        if self.left_out > MAX_LEFT_OUT:
            raise self.refusal(
                "too_many_elements",
                Text("more than {max_left_out:,} elements are no part of a plan", max_left_out=MAX_LEFT_OUT),
            )

    def refusal(self, code: str, what: str) -> Invalid:
        return refused(code, what, self.parser.CurrentLineNumber)


# --- writing ------------------------------------------------------------------------------------------------

UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, however written."""


def check_elements(root: Element) -> None:
    """Raises Invalid for a document of more elements than are read back."""
    count = _count(root)
    if count > MAX_ELEMENTS:
        what = Text(
            "a plan has at most {max_elements:,} elements of this depth, this one has {count:,}",
            max_elements=MAX_ELEMENTS,
            count=count,
        )
        raise Invalid(what, Fault("too_many_elements", what), code="too_many_elements")


def _count(element: Element) -> int:
    return 1 + sum(_count(child) for children in element.children.values() for child in children)


def document_of(root: Element, shape: Shape, namespace: str) -> bytes:
    """The document of an element, in UTF-8; `shape` gives the order of the children."""
    opening = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<{root.name} xmlns="{namespace}">\n'
    return "".join([opening, *_lines(root, shape), f"</{root.name}>\n"]).encode()


def _lines(element: Element, shape: Shape) -> Iterator[str]:
    for name, inner in shape.items():
        if inner is None:
            if name in element.texts:
                yield f"<{name}>{escape(element.texts[name], _ESCAPES)}</{name}>\n"
            continue
        for child in element.children.get(name, ()):
            yield f"<{name}>\n"
            yield from _lines(child, inner)
            yield f"</{name}>\n"

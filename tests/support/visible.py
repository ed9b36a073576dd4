"""What a reader sees of a page, or hears of it: its texts, and the attributes and data that are texts too."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

ATTRIBUTES = ("title", "alt", "aria-label", "placeholder", "label", "data-hits")
NO_LANGUAGE = ("style", "code", "time", "bdi")
"""Elements of which the text is no language: names of programs, and what people called things."""
INLINE = ("code", "bdi", "time")
CHART_TEXTS = ("description", "title", "labelExpr")
"""What charts say."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        """Tags, and whether their texts are left out."""
        self._json = False
        self._line: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self.end_line()
        self.texts += [of[name] for name in ATTRIBUTES if of.get(name)]
        if tag == "input" and of.get("type") in ("submit", "button"):
            self.texts.append(of.get("value", ""))
        if of.get("lang") and tag != "html" and "hreflang" not in of and tag != "option":
            self.texts.append(f"lang={of['lang']}")
        is_json = tag == "script" and of.get("type") == "application/json"
        self._json = is_json
        if tag not in ("meta", "link", "input", "img", "br", "col", "hr", "rect", "circle", "path"):
            self._open.append((tag, tag in NO_LANGUAGE or (tag == "script" and not is_json)))

    def handle_endtag(self, tag: str) -> None:
        self._json = False
        if tag not in INLINE:
            self.end_line()
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._json:
            self.texts += _chart_texts(json.loads(data))
        elif any(left_out for _, left_out in self._open):
            self._line.append(" ")
        else:
            self._line.append(data)

    def end_line(self) -> None:
        """What was read so far is one text, the code and the names in it left out."""
        if line := "".join(self._line).strip():
            self.texts.append(line)
        self._line.clear()


def _chart_texts(spec: Any) -> Iterator[str]:
    """The texts of a chart, and those of open pages."""
    if isinstance(spec, list):
        for one in spec:
            yield from _chart_texts(one)
    elif isinstance(spec, dict) and "data" not in spec and all(isinstance(v, str) for v in spec.values()):
        yield from (
            str(text)
            for name, text in spec.items()
            if name in (*CHART_TEXTS, "updated", "away", "back", "ended")
        )
    elif isinstance(spec, dict):
        for name, value in spec.items():
            if name in ("title", "description") and isinstance(value, str):
                yield value
            elif name in ("values", "domain") and isinstance(value, list):
                yield from (
                    str(text) for one in value if isinstance(one, dict)
                    for member, text in one.items() if member in ("kind", "health", "stage")
                )  # fmt: skip
                yield from (one for one in value if isinstance(one, str))
            else:
                yield from _chart_texts(value)


def texts_of(html: str) -> list[str]:
    """The texts of a page, in their order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_line()
    return reader.texts

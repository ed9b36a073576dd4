"""Sentences of the papers are short enough for readers whose first language is another one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPERS = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs" / "how-to").glob("*.md"),
        *(ROOT / "docs" / "adr").glob("*.md"),
        ROOT / "docs" / "methods" / "health.md",
    ]
)
MOST_WORDS = 25

FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INDENTED_CODE = re.compile(r"(?:^|(?<=\n\n))(?:    [^\n]*\n)+", re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LIST_ITEM = re.compile(r"^ *(?:[-*]|\d+\.) ")
SENTENCE_END = re.compile(r"""(?<=[.!?])[)*"]*\s+""")


def blocks(text: str) -> Iterator[str]:
    """Paragraphs, list items, headings and cells of tables; code that stands by itself is none of them."""
    for paragraph in re.split(r"\n\s*\n", COMMENT.sub("", INDENTED_CODE.sub("", FENCED.sub("\n", text)))):
        block: list[str] = []
        for line in paragraph.splitlines():
            if line.startswith("|"):
                yield from (part for cell in line.strip("|").split("|") for part in cell.split(";"))
                continue
            if LIST_ITEM.match(line) or line.startswith("#"):
                yield " ".join(block)
                block = []
            block.append(LIST_ITEM.sub("", line).strip("# "))
            if line.startswith("#"):
                yield " ".join(block)
                block = []
        yield " ".join(block)


def sentences(text: str) -> Iterator[str]:
    for block in blocks(text):
        plain = re.sub(r"`[^`]*`", "code", block)
        plain = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", plain)
        yield from SENTENCE_END.split(plain)


def words(sentence: str) -> list[str]:
    """What is read as a word: letters or digits; a code span is one, a dash or an arrow is none."""
    return [word for word in sentence.split() if re.search(r"\w", word)]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_sentence_is_longer_than_25_words(paper: Path) -> None:
    long = [sentence for sentence in sentences(paper.read_text()) if len(words(sentence)) > MOST_WORDS]
    assert long == [], "split these sentences: one thought each"


def test_sentences_are_told_apart_from_code_tables_and_links() -> None:
    text = (
        "# A heading\nOne two [three four](a b c). Five `x y z` six!\n\n"
        "- seven\n  eight\n- nine\n\n| ten | eleven; twelve |\n\n```sh\nno words here\n```\n\n    none here\n"
    )
    assert [len(words(sentence)) for sentence in sentences(text) if words(sentence)] == [
        2,
        4,
        3,
        2,
        1,
        1,
        1,
        1,
    ]

"""Text as people type it: kept composed, found in any spelling, sorted as in an index of a book.

Text is stored in normalization form C (Unicode Standard Annex 15). Beside it stand two folded forms, made
here and nowhere else: the search form, in which a word is looked for, and the sort key. Both are compared
byte by byte, so that SQLite and PostgreSQL answer alike with any collation.

Folding removes what people leave out or write differently. That is case, accents (any combining mark),
compatibility forms (full width, ligatures, superscripts), invisible characters, and the kinds of dashes,
quotes and spaces. Letters that Unicode does not decompose are spelled out by `LETTERS`. There is one order
for everybody, not one for each language.
"""

import re
import unicodedata
from collections.abc import Iterable

LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "ŧ": "t",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ŋ": "n",
        "ĸ": "k",
        "ɓ": "b",
        "ɗ": "d",
        "ə": "e",
        "ƒ": "f",
    }
)
"""Letters without a canonical decomposition, in lower case, and what people type who do not have them."""

SIGNS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʻʼʽʹ′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043", "-"),
        "\u2044": "/",
    }
)
"""Quotes, dashes and fraction bars as a keyboard has them."""

BLANKS = r"\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
)
"""What shows nothing by itself: Default_Ignorable_Code_Point of Unicode, and the empty braille pattern."""
IGNORABLE_BEYOND = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
"""The same beyond the Basic Multilingual Plane, which patterns of JSON Schema do not reach everywhere."""
COMBINING = r"\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Accents and other marks over a letter of any script: without a letter they name nothing."""
LINE_ENDS = r"\u2028\u2029"
"""Ends of lines and paragraphs that are no control characters."""
DIRECTIONS = r"\u202a-\u202e\u2066-\u2069"
"""Embeddings, overrides and isolates: with them a text reads otherwise than it is written."""
OVERRIDES = r"\u202d\u202e"

KEY_LENGTH = 300
"""Characters of a sort key: an index of PostgreSQL holds them in any script, and three of them fit into a cursor."""
MOST_WORDS = 20
"""How many words may be looked for at once."""

_INVISIBLE = re.compile(f"[{IGNORABLE}{IGNORABLE_BEYOND}]+")
_NOTHING_TO_SEE = re.compile(f"[{BLANKS}{IGNORABLE}{IGNORABLE_BEYOND}{COMBINING}]*")
_NUMBER = re.compile(r"\d+")


def composed(text: str) -> str:
    """The text in normalization form C."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def shows_nothing(text: str) -> bool:
    """Whether the text has no character that can be seen by itself."""
    return _NOTHING_TO_SEE.fullmatch(text) is not None


def folded(text: str) -> str:
    """The search form: how `text` reads to somebody who looks neither at case nor at accents; blanks are single."""
    if text.isascii():
        return " ".join(text.lower().split())
    return _folded(text)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = _INVISIBLE.sub("", plain.translate(LETTERS).translate(SIGNS))
    return " ".join(plain.split())


def search_text(texts: Iterable[str | None]) -> str:
    """What `q` is looked for in: the search forms of several members, a line each."""
    return "\n".join(folded(text) for text in texts if text)


def words(question: str) -> list[str]:
    """The words of a question in their search form, each once."""
    return list(dict.fromkeys(folded(question).split()))


def sort_key(text: str | None) -> str | None:
    """The sort key: the search form with numbers by their value, so that 1.2 comes before 1.10. None stays None."""
    if text is None:
        return None
    return _NUMBER.sub(_by_value, folded(text))[:KEY_LENGTH]


def _by_value(match: re.Match[str]) -> str:
    """A whole number as a text that compares as it does: how many digits it has, then those."""
    digits = match[0]
    if not digits.isascii():
        digits = "".join(str(unicodedata.decimal(c)) for c in digits)
    digits = digits.lstrip("0") or "0"
    return f"{len(digits):03d}{digits}"

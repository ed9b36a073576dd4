"""The source in the external keys of a table: from the name of its file, the same for next month's."""

import re
from pathlib import Path

from shared.base.text import folded

LONGEST = 40
_DATED = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}[-_. ]?(?:[0-9]{1,2}(?![0-9])[-_. ]?(?:[0-9]{1,2}(?![0-9]))?)?(?:t?[0-9]{4,6}z?)?"
    r"|[0-9]{1,2}[-_. ][0-9]{1,2}[-_. ](?:(?:19|20)?[0-9]{2})(?![0-9])|[0-9]{8}(?:[0-9]{6})?)(?![0-9])"
)
_QUARTER = re.compile(r"(?<![a-z0-9])(?:[qthw][1-4]|kw ?[0-9]{1,2}|w[0-9]{1,2}|fy ?[0-9]{2,4})(?![a-z0-9])")
_VERSION = re.compile(
    r"(?<![a-z0-9])(?:v(?:er(?:sion)?)?[-_. ]?[0-9]+(?:[.][0-9]+)*|rev[0-9]*|\([0-9]+\))(?![a-z0-9])"
)
_MONTHS = (
    "jan|january|janvier|januar|feb|february|fevrier|februar|mar|march|mars|marz|maerz|apr|april|avr|avril|may|mai|jun|june|juin|juni"
    "|jul|july|juillet|juli|aug|august|aout|sep|sept|september|septembre|oct|october|octobre|okt|oktober|nov|november|novembre"
    "|dec|december|decembre|dez|dezember"
)
_LITTLE = re.compile(
    rf"(?<![a-z0-9])(?:{_MONTHS}|export|exported|extract|extrait|auszug|copy|kopie|copie|final|finale|draft|entwurf|new|neu|latest|of|the"
    r"|de|du|des|per|stand|au|as at|corrected|refused)(?![a-z0-9])"
)
_SLUG = re.compile(r"[^a-z0-9]+")


def source_of(file: str, instead: str) -> str:
    """`projects_2026-11.xlsx` is `projects`; `instead` where nothing of the name stays the same."""
    text = folded(Path(file).stem).replace("_", " ")
    for pattern in (_VERSION, _DATED, _QUARTER, _LITTLE):
        text = pattern.sub(" ", text)
    text = re.sub(r"(?:^|\s)[0-9]+(?=\s|$)", " ", text)
    slug = _SLUG.sub("-", text).strip("-")[:LONGEST].strip("-")
    return slug if slug and not slug.isdigit() else instead

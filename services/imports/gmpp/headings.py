"""The headings of the yearly files, which change from year to year, and the year of which a file reports.

A heading is known by its words: what stands in brackets, units of money and the fiscal year in it do not count. The year is
that in which the fiscal year of the report ends: of September 2019 it is 2020, of March 2023 it is 2023.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from services.imports.spellings import plain_name
from services.imports.tables.table import Table
from shared.base.text import folded

YEARS = range(2000, 2101)
NEEDED = ("project_name", "ipa_dca")
IMPORTED = (
    "report_year", "gmpp_id", "project_name", "department", "ipa_dca", "start_date", "end_date", "fy_baseline_gbpm",
    "fy_forecast_gbpm", "whole_life_cost_gbpm", "description", "dca_narrative", "schedule_narrative",
    "variance_narrative", "wlc_narrative",
)  # fmt: skip
COLUMNS = (*IMPORTED, "fy_variance_pct_raw")
"""The last one is held against the baseline and the forecast, and not brought in."""
TELLING = ("whole_life_cost_gbpm", "end_date", "fy_baseline_gbpm")
"""What a table of this record has at least one of, beside what is needed."""
FEWEST_FIELDS = 4
"""Headings that stand below one another in a file that has a column for each project."""

_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_FISCAL = re.compile(r"(?<![0-9])(20[0-9]{2})\s*[/_ -]\s*(20)?([0-9]{2})(?![0-9])(?!\s*[/_-]\s*[0-9])")
_MONTH = re.compile(
    r"(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ _-]*(20[0-9]{2})(?![0-9])"
)
_BARE = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_OF_LATE_MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""Months of a fiscal year that ends in the year after."""
_MONEY = re.compile(r"\b(baseline|budget|forecast)\b")

Words = set[str]
_KINDS: tuple[tuple[str, Callable[[str, Words], bool]], ...] = (
    ("schedule_narrative", lambda text, words: _is_prose(words) and "schedule" in words),
    ("", lambda text, words: _is_prose(words) and "benefits" in words),
    ("wlc_narrative", lambda text, words: _is_prose(words) and ("whole life" in text or "costs" in words)),
    ("variance_narrative", lambda text, words: _is_prose(words) and "variance" in words),
    ("dca_narrative", lambda text, words: _is_prose(words) and (_is_confidence(text) or "rag" in words)),
    ("", lambda text, words: _is_prose(words) or "sro" in words or "benefits" in words),
    ("ipa_dca", lambda text, words: _is_confidence(text) or text in ("mpa rag", "ipa rag")),
    (
        "gmpp_id",
        lambda text, words: text in ("gmpp id number", "gmpp id", "major projects id", "id numbers"),
    ),
    ("project_name", lambda text, words: text == "project name"),
    ("department", lambda text, words: text == "department"),
    (
        "description",
        lambda text, words: (
            text in ("description", "description aims", "detailed description aims", "project description")
        ),
    ),
    ("start_date", lambda text, words: text.endswith("start date")),
    ("end_date", lambda text, words: text.endswith("end date")),
    ("whole_life_cost_gbpm", lambda text, words: "whole life cost" in text),
)
"""What a heading is by its words, the first that fits; empty: it is none of what is taken."""


def _is_prose(words: Words) -> bool:
    return bool({"narrative", "commentary"} & words)


def _is_confidence(text: str) -> bool:
    return "delivery confidence" in text or "rag rating" in text


def column_of(heading: str) -> str:
    """What a column is by its heading; empty for one that is not known."""
    own = plain_name(heading).replace(" ", "_")
    if own in COLUMNS:
        return own
    short = folded(_BRACKETS.sub(" ", heading))
    is_of_a_year = bool(_FISCAL.match(short.strip())) or "financial year" in short or "fy" in short.split()
    text = " ".join(re.findall(r"[a-z%]+", _FISCAL.sub(" ", short)))
    text = re.sub(r"\b(gbpm|million)\b", " ", text).strip()
    words = set(text.split())
    for column, fits in _KINDS:
        if fits(text, words):
            return column
    if "variance" in words:
        return "fy_variance_pct_raw" if "%" in heading else ""
    if is_of_a_year and words & {"baseline", "budget"}:
        return "fy_baseline_gbpm"
    return "fy_forecast_gbpm" if is_of_a_year and "forecast" in words else ""


def columns_of(headings: Iterable[str]) -> dict[str, str]:
    """Heading -> what it is, of those that are known; of two of a kind the first."""
    columns: dict[str, str] = {}
    for heading in headings:
        column = column_of(heading)
        if column and column not in columns.values():
            columns[heading] = column
    return columns


def has_enough(columns: Mapping[str, str]) -> bool:
    there = set(columns.values())
    return there.issuperset(NEEDED) and bool(there & set(TELLING))


def is_turned(table: Table) -> bool:
    """Whether there is a column for each project, with the headings in the first one."""
    if not column_of(table.columns[0]) or has_enough(columns_of(table.columns)):
        return False
    headings = [table.columns[0]]
    for number, row in enumerate(table.rows()):
        if number > 50:
            return False
        headings.append(str(row.cells[0] or "") if row.cells else "")
    columns = columns_of(headings)
    return has_enough(columns) and len(columns) >= FEWEST_FIELDS


def year_of_name(name: str) -> int | None:
    """The year that a name of a file or a sheet says: `March 2023`, `2022-23`, `2021`; None where it says none."""
    text = folded(name)
    if match := _MONTH.search(text):
        return _in_range(int(match[2]) + (match[1] in _OF_LATE_MONTHS))
    if year := _fiscal(text):
        return year
    years = set(_BARE.findall(text))
    return _in_range(int(years.pop())) if len(years) == 1 else None


def year_of_headings(headings: Iterable[str]) -> int | None:
    """The year that the headings of money say; what is told of a variance may speak of the year before."""
    years = set()
    for heading in headings:
        text = folded(_BRACKETS.sub(" ", heading))
        if _MONEY.search(text) and not _is_prose(set(text.split())) and (year := _fiscal(text)):
            years.add(year)
    return years.pop() if len(years) == 1 else None


def _fiscal(text: str) -> int | None:
    """The year in which the fiscal year ends that a text names."""
    for match in _FISCAL.finditer(text):
        if (int(match[1]) + 1) % 100 == int(match[3]):
            return _in_range(int(match[1]) + 1)
    return None


def _in_range(year: int) -> int | None:
    return year if year in YEARS else None

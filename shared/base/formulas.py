"""Texts that a spreadsheet would carry out: protected by an apostrophe in a CSV file, and taken as they were from one."""

BEGINS_FORMULA = tuple("=+-@\t\r\n|%")
"""With what a cell begins that a spreadsheet may carry out, in any of its locales."""
APOSTROPHE = "'"


def harmless(text: str) -> str:
    """A text that a spreadsheet takes for one: an apostrophe before what would begin a formula."""
    return APOSTROPHE + text if _begins_formula(text) else text


def unprotected(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text[:1] == APOSTROPHE and _begins_formula(text) else text


def _begins_formula(text: str) -> bool:
    return text.lstrip(APOSTROPHE).startswith(BEGINS_FORMULA)

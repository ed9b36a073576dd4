"""English as papers and refusals need it of names that are declared once."""

import re

_AN = re.compile(r"(?!uni[^mn]|us[aeiu]|ut[ei]|eu|one\b|once\b)[aeiou]|hour|hono|heir")
"""How a word begins that is spoken with a vowel first."""


def with_article(noun: str) -> str:
    """`an allocation`, `a unit`: by the first sound, not by the first letter."""
    return f"{'an' if _AN.match(noun.lower()) else 'a'} {noun}"

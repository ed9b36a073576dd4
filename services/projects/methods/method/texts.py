"""What of a method is read in which language."""

from collections.abc import Sequence

from shared.contracts.projects.methods import InLanguage


def text_in(texts: Sequence[InLanguage], language: str) -> str:
    """The text in this language, else in the first one; empty where there is none."""
    by_language = {one.language: one.text for one in texts}
    return by_language.get(language) or next(iter(by_language.values()), "")

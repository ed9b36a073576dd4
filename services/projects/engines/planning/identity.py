"""What tells one thing of a plan from the others of its kind."""

from typing import Annotated, TypeAlias

Id: TypeAlias = Annotated[str, str | int]
"""A string; a whole number serves as well, as files that number their rows have it."""

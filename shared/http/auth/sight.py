"""What a principal sees, as one value: whatever is kept for several callers has it in its key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sight:
    """Two principals of equal sight are answered alike. Today everybody who may read sees everything."""

    is_everything: bool = True


EVERYTHING = Sight()

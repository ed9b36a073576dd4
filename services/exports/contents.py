"""Which contents an aggregate names by their hash, and where each is had below it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.contracts.forms import Entry, index

SUBMITTED = "projects.deliverable"
"""It names the file that was submitted, with each submission anew."""

TAKEN_OVER = "projects.plan_file"
"""It names the file that became a plan, and never another one."""


class Named(NamedTuple):
    """A content that a state names."""

    sha256: str
    name: str
    """What its file is called."""
    place: str
    """Where it is had, below the aggregate."""


def entries() -> Iterator[Entry]:
    """What names contents: documents, what is frozen, what is submitted as a file, and files of plans."""
    return (
        one for one in index() if one.name == "document" or one.key == TAKEN_OVER or names_by_version(one)
    )


def names_by_version(entry: Entry) -> bool:
    """Whether a later version no longer names what an earlier one did."""
    return bool(entry.frozen) or entry.key == SUBMITTED


def contents_of(entry: Entry, state: Mapping[str, Any]) -> Iterator[Named]:
    """The contents that one version names."""
    if entry.frozen:
        if (sha256 := state.get(entry.frozen)) is not None:
            yield Named(sha256, f"{entry.name}.json", f"content?sha256={sha256}")
    elif entry.key == SUBMITTED:
        document = state.get("document") or {}
        if (sha256 := document.get("sha256")) is not None and document.get("ref") is None:
            yield Named(sha256, state["name"], f"document/content?sha256={sha256}")
    elif entry.key == TAKEN_OVER:
        yield Named(state["sha256"], state["filename"], "content")
    elif entry.name == "document":
        for number, version in enumerate(state["versions"], 1):
            yield Named(version["sha256"], version["name"], f"versions/{number}/content")

"""Where the reader is, and the addresses of other pages from there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from services.reporting.asof import AsOf


@dataclass(frozen=True)
class Here:
    """Where the reader is: links to other pages keep the day, another day keeps its `query`."""

    path: str
    at: AsOf | None
    query: Mapping[str, Sequence[str]]

    @property
    def exact(self) -> bool:
        """Whether amounts are written in full, with the reasons of those that are missing."""
        return "exact" in self.query.get("amounts", ())

    def to(self, path: str, place: str = "", **query: str | int | Sequence[str]) -> str:
        """The address of a page; `place` is the part of it that is looked at."""
        carried = {"as_of": self.at.on.isoformat()} if self.at and self.at.until is not None else {}
        carried |= {"amounts": "exact"} if self.exact else {}
        return _address_of(path, {**query, **carried}) + (f"#{place}" if place else "")

    def rows(
        self,
        collection: str,
        *narrowed: Mapping[str, str | int | Sequence[str]],
        **query: str | int | Sequence[str],
    ) -> str:
        """The address of the rows behind a figure; `collection` with its service: `risk/risks`."""
        wishes = {name: value for one in (*narrowed, query) for name, value in one.items() if value != ""}
        return self.to(f"/rows/{collection}", "list", **wishes)

    def again(self, **query: str) -> str:
        """This page with other parameters."""
        changed: dict[str, str | Sequence[str]] = {**self.query, **query}
        return self.to(self.path, "", **changed)

    @property
    def today(self) -> str:
        """This page as of now."""
        return _address_of(self.path, self.query)

    @property
    def turned(self) -> str:
        """This page with amounts in full, or rounded again."""
        others = {name: value for name, value in self.query.items() if name != "amounts"}
        carried = {"as_of": self.at.on.isoformat()} if self.at and self.at.until is not None else {}
        turned = {} if self.exact else {"amounts": "exact"}
        return _address_of(self.path, {**others, **carried, **turned})


def _address_of(path: str, query: Mapping[str, str | int | Sequence[str]]) -> str:
    return f"{path}?{urlencode(query, doseq=True)}" if query else path

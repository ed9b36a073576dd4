"""Which route an address means: by its segments as they were sent, so that an encoded slash stays part of a key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from shared.base.errors import Malformed, MethodNotAllowed, NotFound, Refusal
from shared.base.texts import Text
from shared.http.call import BROKEN_ESCAPE
from shared.http.running import KernelRoute

Pattern = tuple[str | None, ...]
"""The literal segments of a path, None where a parameter stands."""


@dataclass
class _Resource:
    """What stands behind one pattern: a route for each of its methods."""

    places: list[int]
    """Where the parameters stand."""
    routes: dict[str, tuple[KernelRoute, list[str]]] = field(default_factory=dict)
    """Method -> its route, and what it calls the parameters."""


class Matcher:
    """All routes of a service, by the pattern of their paths.

    Of the patterns that fit an address the one with a literal further to the left counts, whatever the method:
    `…/batch` is no id.
    """

    def __init__(self, routes: Iterable[KernelRoute]) -> None:
        self._resources: dict[Pattern, _Resource] = {}
        for route in routes:
            parts = route.path.split("/")[1:]
            pattern = tuple(None if part.startswith("{") else part for part in parts)
            places = [i for i, part in enumerate(pattern) if part is None]
            resource = self._resources.setdefault(pattern, _Resource(places))
            names = [parts[i][1:-1] for i in places]
            resource.routes.setdefault(
                route.operation.method, (route, names)
            )  # a service's own goes before the kernel's
        self._literal = {
            "/".join(("", *map(str, pattern))).encode("latin-1"): resource
            for pattern, resource in self._resources.items()
            if not resource.places
        }
        """The addresses without parameters, as they are sent."""
        self._places: dict[int, list[list[int]]] = {}
        """Number of segments -> where parameters may stand in so many, the most literal first."""
        for pattern in sorted(self._resources, key=lambda p: [segment is None for segment in p]):
            places, places_of_length = (
                self._resources[pattern].places,
                self._places.setdefault(len(pattern), []),
            )
            if places not in places_of_length:
                places_of_length.append(places)

    def find(self, method: str, raw_path: bytes) -> tuple[KernelRoute, dict[str, str]] | Refusal:
        """The route and its path parameters, or the refusal that says 400, 404 or 405."""
        resource = self._literal.get(raw_path)
        sent: list[str] = []
        if resource is None:
            if b"%" in raw_path and BROKEN_ESCAPE.search(raw_path):
                return _unreadable()
            sent = raw_path.decode("latin-1").split("/")[1:]
            resource = self._resource(sent)
            if resource is None:
                return NotFound("there is no such resource")
        entry = resource.routes.get("GET" if method == "HEAD" else method)
        if entry is None:
            return _not_allowed(resource.routes)
        route, names = entry
        try:
            return route, {name: _text(sent[i]) for name, i in zip(names, resource.places, strict=True)}
        except UnicodeDecodeError:
            return _unreadable()

    def _resource(self, sent: list[str]) -> _Resource | None:
        for places in self._places.get(len(sent), ()):
            pattern: list[str | None] = [*sent]
            for i in places:
                pattern[i] = None
            if resource := self._resources.get(tuple(pattern)):
                return resource
        return None


def _text(segment: str) -> str:
    """A segment as it was meant; UnicodeDecodeError where it is no UTF-8."""
    return unquote_to_bytes(segment).decode() if "%" in segment else segment.encode("latin-1").decode()


def _not_allowed(routes: Iterable[str]) -> MethodNotAllowed:
    methods = sorted({*routes, "OPTIONS"} | ({"HEAD"} if "GET" in routes else set()))
    return MethodNotAllowed(
        Text("this resource has {names}", names=", ".join(methods)), headers={"Allow": ", ".join(methods)}
    )


def _unreadable() -> Malformed:
    return Malformed("the path is not percent-encoded UTF-8", code="malformed_path")

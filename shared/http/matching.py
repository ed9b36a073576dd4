"""Which route an address means: by its segments as they were sent, so that an encoded slash stays part of a key."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from shared.errors import MethodNotAllowed, NotFound, Refusal
from shared.http.routes import KernelRoute

Pattern = tuple[str | None, ...]
"""The literal segments of a path, None where a parameter stands."""


@dataclass
class _Resource:
    """What stands behind one pattern: a route for each of its methods."""

    places: list[int]
    """Where the parameters stand."""
    names: list[str]
    routes: dict[str, KernelRoute] = field(default_factory=dict)


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
            resource = _Resource(places, [parts[i][1:-1] for i in places])
            self._resources.setdefault(pattern, resource).routes[route.operation.method] = route
        self._places: dict[int, list[list[int]]] = {}
        """Number of segments -> where parameters may stand in so many, the most literal first."""
        for pattern in sorted(self._resources, key=lambda p: [segment is None for segment in p]):
            places, known = self._resources[pattern].places, self._places.setdefault(len(pattern), [])
            if places not in known:
                known.append(places)

    def find(self, method: str, raw_path: bytes) -> tuple[KernelRoute, dict[str, str]] | Refusal:
        """The route and its path parameters, or the refusal that says 404 or 405."""
        sent = raw_path.decode("latin-1").split("/")[1:]
        resource = self._resource(sent)
        if resource is None:
            return NotFound("there is no such resource")
        route = resource.routes.get("GET" if method == "HEAD" else method)
        if route is None:
            return _not_allowed(resource.routes)
        if not resource.places:
            return route, {}
        try:
            return route, {
                name: _text(sent[i]) for name, i in zip(resource.names, resource.places, strict=True)
            }
        except UnicodeDecodeError:
            return NotFound("there is no such resource")

    def _resource(self, sent: list[str]) -> _Resource | None:
        for places in self._places.get(len(sent), ()):
            pattern: list[str | None] = [*sent]
            for i in places:
                pattern[i] = None
            if found := self._resources.get(tuple(pattern)):
                return found
        return None


def _text(segment: str) -> str:
    """A segment as it was meant; UnicodeDecodeError where it is no UTF-8."""
    return unquote_to_bytes(segment).decode() if "%" in segment else segment.encode("latin-1").decode()


def _not_allowed(routes: Iterable[str]) -> MethodNotAllowed:
    known = sorted({*routes, "OPTIONS"} | ({"HEAD"} if "GET" in routes else set()))
    return MethodNotAllowed(f"this resource has {', '.join(known)}", headers={"Allow": ", ".join(known)})

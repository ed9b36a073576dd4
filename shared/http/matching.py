"""Which route an address means: by its segments as they were sent, so that an encoded slash stays part of a key."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote_to_bytes

from shared.errors import Malformed, MethodNotAllowed, NotFound, Refusal
from shared.http.call import BROKEN_ESCAPE
from shared.http.routes import KernelRoute

Segments = tuple[str | None, ...]
"""The literal segments of a route, None where a parameter stands."""


class Matcher:
    """All routes of a service, found by the number of segments and the literal ones."""

    def __init__(self, routes: Iterable[KernelRoute]) -> None:
        self._by_length: dict[tuple[int, str | None], list[tuple[Segments, list[str], KernelRoute]]] = {}
        for route in routes:
            parts = route.path.split("/")[1:]
            literal = tuple(None if p.startswith("{") else p for p in parts)
            names = [p[1:-1] for p in parts if p.startswith("{")]
            self._by_length.setdefault(_head(literal), []).append((literal, names, route))
        for candidates in self._by_length.values():
            candidates.sort(key=lambda c: [segment is None for segment in c[0]])

    def find(self, method: str, raw_path: bytes) -> tuple[KernelRoute, dict[str, str]] | Refusal:
        """The route and its path parameters, or the refusal that says 400, 404 or 405."""
        if b"%" in raw_path and BROKEN_ESCAPE.search(raw_path):
            return _unreadable()
        sent = raw_path.decode("latin-1").split("/")[1:]
        wanted = "GET" if method == "HEAD" else method
        allowed: set[str] = set()
        meant: Segments | None = None
        length, head = _head(sent)
        for literal, names, route in (
            *self._by_length.get((length, head), ()),
            *self._by_length.get((length, None), ()),
        ):
            if any(a is not None and a != b for a, b in zip(literal, sent, strict=True)):
                continue
            if meant is None:
                meant = literal
            elif literal != meant:  # `…/batch` is no id, whatever the method
                continue
            if route.operation.method != wanted:
                allowed.add(route.operation.method)
                continue
            values = [b for a, b in zip(literal, sent, strict=True) if a is None]
            try:
                texts = [
                    unquote_to_bytes(v).decode() if "%" in v else v.encode("latin-1").decode() for v in values
                ]
            except UnicodeDecodeError:
                return _unreadable()
            return route, dict(zip(names, texts, strict=True))
        if not allowed:
            return NotFound("there is no such resource")
        known = sorted(allowed | ({"HEAD"} if "GET" in allowed else set()) | {"OPTIONS"})
        return MethodNotAllowed(f"this resource has {', '.join(known)}", headers={"Allow": ", ".join(known)})


def _unreadable() -> Malformed:
    return Malformed("the path is not percent-encoded UTF-8", code="malformed_path")


def _head(parts: Sequence[str | None]) -> tuple[int, str | None]:
    """Length and collection: `/projects/v1/projects/…` tries only the routes of projects (None: a parameter there)."""
    return len(parts), parts[2] if len(parts) > 2 else parts[-1]

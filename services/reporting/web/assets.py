"""Style sheet, scripts and mark: at an address that names their content, so that a browser keeps them for ever.

Scripts of ours import one another by name, so the address of each names the content of all of them.
"""

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from shared.base.errors import NotFound
from shared.http.call import Answer, Call
from shared.http.routes import Routes

STATIC = Path(__file__).parent / "static"
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
BUNDLE = "vega.js"
"""What draws the charts: large, made at install, imported by nobody."""
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    url: str
    media_type: str
    plain: bytes
    packed: bytes


@cache
def assets() -> dict[str, Asset]:
    """Every file of `static`, by name, as it was when first asked for."""
    contents = {path: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in MEDIA}
    scripts = b"".join(content for path, content in contents.items() if _is_ours(path))
    return {
        path.name: _asset(path, content, scripts if _is_ours(path) else content)
        for path, content in contents.items()
    }


def _is_ours(path: Path) -> bool:
    return path.suffix == ".js" and path.name != BUNDLE


def _asset(path: Path, content: bytes, named_by: bytes) -> Asset:
    url = f"/static/{sha256(named_by).hexdigest()[:16]}/{path.name}"
    return Asset(url, MEDIA[path.suffix], content, gzip.compress(content, 6, mtime=0))


def url_of(name: str) -> str | None:
    """Where the file is; None where it was not made."""
    file = assets().get(name)
    return file.url if file else None


routes = Routes("reporting", "Pages", pages=True)


@routes.get("/static/{hash}/{name}", public=True, produces=("text/css", "text/javascript", "image/svg+xml"))
async def asset(call: Call, hash: str, name: str) -> Answer:
    """A style sheet, script or picture."""
    file = assets().get(name)
    if file is None or file.url != f"/static/{hash}/{name}":
        raise NotFound("there is no such file")
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" in (call.header("accept-encoding") or ""):
        return Answer(200, file.packed, headers | {"Content-Encoding": "gzip"}, file.media_type)
    return Answer(200, file.plain, headers, file.media_type)

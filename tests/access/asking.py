"""How outsiders ask at every address that the applications have: found in their tables of routes, never listed by hand.

A route whose parameters nobody here can fill in makes the test fail, and so does one that stands in NOT_ASKED and is no
route any more.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import httpx

from shared.contracts import forms
from shared.http.running import KernelRoute
from tests.access.worlds import Thing, World
from tests.conftest import Portolan

NOWHERE = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
PARAMETER = re.compile(r"\{(\w+)\}")
NOT_ASKED = {
    "/livez": "says whether the process lives",
    "/readyz": "says whether the process is ready",
    "/metrics": "is for operators, at a service's own address",
    "/version": "is the same for everybody",
    "/openapi.json": "is the same for everybody",
    "/v1/events/heads": "answers positions only",
    "/v1/events/stream": "is read as a stream",
    "/changes": "is read as a stream",
    "/problems/{code}": "is the same for everybody",
    "/schemas/{name}": "is the same for everybody",
    "/static/{hash}/{name}": "is the same for everybody",
    "/language/{code}": "sets a cookie",
    "/login/{key}": "leads to an issuer",
    "/login/{key}/callback": "comes from an issuer",
}
"""The end of a path that is read (GET) -> why nothing is asked there."""
MASKS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
        (r"\b[0-9a-f]{64}\b", "SHA-256"),
        (r"\b[0-9a-f]{32}\b", "TRACE"),
        (r"00-TRACE-[0-9a-f]{16}-0[01]", "TRACEPARENT"),
        (r'"(sequence|previoussequence|position|last|next)": ?"[^"]*"', r'"\1":"POSITION"'),
        (r'"(portolan\.[a-z_.0-9]+)": "\d+"', r'"\1": "POSITION"'),
        (r"id: \d+\n", "id: POSITION\n"),
        (r"data: \d+\n", "data: POSITION\n"),
        (r'(data-[a-z]+|content|value)="\d{1,6}"', r'\1="POSITION"'),
        (r'(name="form" value|data-form)="[0-9a-f]{24}"', r'\1="FORM"'),
        (r'name="key" value="[\w-]{24}"', 'name="key" value="KEY"'),
        (r"<time[^>]*>[^<]*</time>", "<time>"),
        (r"as it was shown at [^<]*", "as it was shown"),
        (r"cursor=[\w%.~-]+", "cursor=CURSOR"),
        (r"proof=[0-9a-f]{24}", "proof=PROOF"),
        (r"Message-ID: <\w{24}", "Message-ID: <MAIL"),
        (r"Date: [^\n]*", "Date: TIME"),
        (r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d(:\d\d)?", "TIME"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME"),
        (r'etag: W/"[0-9a-f]+"', "etag: HASH"),
        (r'boundary="=+\d+=+"', "boundary"),
    )
)
"""What differs between two instances with the same history."""
HEADERS_LEFT_OUT = frozenset(
    {
        "date",
        "content-length",
        "x-request-id",
        "traceparent",
        "ratelimit",
        "ratelimit-policy",
        "portolan-position",
    }
)


def masked(text: str) -> str:
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


@dataclass(frozen=True)
class Question:
    """A request that outsiders send; its name is the same in both worlds."""

    name: str
    path: str
    counts: bool = False

    async def ask(self, client: httpx.AsyncClient) -> str:
        """The whole answer, masked."""
        headers = {"Prefer": "return=total-count"} if self.counts else {}
        if self.path.endswith(("/content", "/pdf")):  # a file is what its sender made of it
            headers["Accept"] = "*/*"
        return answer_text(await client.get(self.path, headers=headers))


def answer_text(answer: httpx.Response) -> str:
    """Status, headers and content of an answer, masked."""
    headers = "\n".join(f"{k}: {v}" for k, v in sorted(answer.headers.items()) if k not in HEADERS_LEFT_OUT)
    return masked(f"{answer.status_code}\n{headers}\n\n{_content(answer)}")


def _content(answer: httpx.Response) -> str:
    """A workbook as the texts of its parts: times of files in an archive differ. Of a PDF nothing: it holds ids and times
    that cannot be masked, and says what its page does."""
    if answer.headers.get("content-type") == "application/pdf":
        return ""
    if not answer.headers.get("content-type", "").endswith("spreadsheetml.sheet"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return "\n".join(f"{name}: {book.read(name).decode()}" for name in sorted(book.namelist()))


def routes(portolan: Portolan, method: str) -> dict[str, KernelRoute]:
    """Path -> the route, of all services; the same path of several is asked once."""
    return {
        route.path: route
        for one in portolan.running.services.values()
        for route in one.app.router.routes
        if isinstance(route, KernelRoute) and method in route.methods
    }


def left_out(path: str) -> str | None:
    """The entry of NOT_ASKED that says why nothing is asked there."""
    return next((end for end in NOT_ASKED if path == end or path.endswith(end)), None)


@dataclass(frozen=True)
class Asker:
    """Knows what can be asked of one world. `probes` are texts from what is confidential in either of the two.

    Who writes is asked for forms, and who only reads for the other pages: they are many.
    """

    portolan: Portolan
    world: World
    probes: tuple[str, ...]
    writes: bool

    def questions(self) -> Iterator[Question]:
        """Everything that can be read, at every route."""
        paths = [path for path in routes(self.portolan, "GET") if left_out(path) is None]
        for path in sorted(paths):
            for name, filled in self._filled(path):
                yield from self._variants(path, name, filled)

    def _variants(self, path: str, name: str, filled: str) -> Iterator[Question]:
        yield Question(name, filled)
        end = path.rpartition("/")[2]
        if path.startswith(("/registers/", "/rows/")):
            yield from self._of_pages(end, name, filled)
        elif "/v1/" in path and "{" not in path:
            yield Question(f"{name} counted", filled, counts=True)
            yield Question(f"{name} in short pages", f"{filled}?limit=2")
            for number, text in enumerate(("e", *self.probes)):
                yield Question(f"{name} searched {number}", f"{filled}?q={text}&archived=true", counts=True)
        if end == "search":
            for number, text in enumerate(("e", *self.probes)):
                yield Question(f"{name} looks for {number}", f"{filled}?q={text}", counts=True)
        if end == "home":
            yield Question(f"{name} with all news", f"{filled}?news=all")
        if path.startswith("/reporting/v1/"):
            yield Question(f"{name} yesterday", f"{filled}?as_of=2026-11-29")

    def _of_pages(self, end: str, name: str, filled: str) -> Iterator[Question]:
        if end in ("{collection}", "hits", "csv"):
            for number, text in enumerate(("e", *self.probes[:1])):
                yield Question(f"{name} searched {number}", f"{filled}?q={text}")
        if end == "history":
            yield Question(f"{name} compared", f"{filled}?one=1&other=2")

    def _filled(self, path: str) -> Iterator[tuple[str, str]]:
        """Each way to fill in the parameters of a path: its name, and the path."""
        names = PARAMETER.findall(path)
        if not names:
            yield path, path
        elif path.startswith(("/registers/", "/rows/")):
            yield from self._pages(path)
        elif names == ["source", "external_id"]:
            for text in ("open-1", "hidden-1", "nowhere"):
                yield f"{path} {text}", path.format(source="erp", external_id=text)
        elif names == ["hash"]:
            for name, content in {**self.world.files, "unknown": b"unknown"}.items():
                yield f"{path} {name}", path.format(hash=sha256(content).hexdigest())
        else:
            assert set(names) <= {"id", "project_id", "number", "service"}, (
                f"nobody says how to ask at {path}"
            )
            for name, id in self._things(path):
                for service in ("finance", "nowhere") if "service" in names else ("",):
                    values = {"id": id, "project_id": id, "number": 1, "service": service}
                    yield f"{path} {name} {service}", path.format(**values)

    def _things(self, path: str) -> list[tuple[str, str]]:
        """What a path with one id is asked of: what lies in its collection, and a project where it is none."""
        collection = path.partition("/{")[0]
        name = collection.rpartition("/")[2]
        things = self.world.of(collection)
        projects = self.world.of("/projects/v1/projects")
        return things or [*projects, *self.world.of(f"/projects/v1/{name}s"), ("nowhere", NOWHERE)]

    def _pages(self, path: str) -> Iterator[tuple[str, str]]:
        """Pages of registers: of each register, and of the first that is seen of it."""
        is_form = path.endswith(("/new", "/edit", "/hits", "/moves/{verb}"))
        for entry in forms.index() if is_form == self.writes else ():
            values = {
                "service": entry.service,
                "collection": entry.collection,
                "member": "versions",
                "number": 1,
            }
            things = self.world.of(entry.path)[:1] or [("nowhere", NOWHERE)]
            name = f"{path} {entry.service}.{entry.collection}"
            if "{id}" not in path:
                yield name, path.format(**values)
                continue
            verbs = [move.verb for move in forms.model_of(entry).moves] if "{verb}" in path else [""]
            for verb in verbs[:2]:
                yield f"{name} {verb}", path.format(**values, id=things[0][1], verb=verb)


async def refuse_to_tell(asker: Asker, client: httpx.AsyncClient, method: str) -> None:
    """Of what is hidden each route answers as it does of an id that never was."""
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    if method == "PATCH":
        headers["Content-Type"] = "application/merge-patch+json"
    for path in sorted(routes(asker.portolan, method)):
        if (
            "id}" not in path
            or "external" in path
            or path.startswith(("/registers", "/rows", "/operations", "/me/"))
        ):
            continue
        parameters = {"id": NOWHERE, "project_id": NOWHERE, "number": 1}
        unknown = answer_text(await _send(client, method, path.format(**parameters), headers))
        own = asker.world.hidden_of(path.partition("/{")[0])[-2:]
        for id in own or asker.world.hidden_of("/projects/v1/projects")[:1]:
            answer = answer_text(
                await _send(client, method, path.format(id=id, project_id=id, number=1), headers)
            )
            assert answer == unknown, (method, path)
            assert not answer.startswith("2"), (method, path)


async def _send(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    content = b"{}" if method in ("POST", "PATCH") else None
    return await client.request(
        method, path, headers=headers if content or method == "DELETE" else {}, content=content
    )


async def refuse_to_name(asker: Asker, client: httpx.AsyncClient) -> None:
    """What is hidden is named in a request as little as what never was: each reference of what can be made is tried."""
    for name, thing in asker.world.visible.items():
        for member, value in thing.members.items():
            for path in _named_collections(asker.world, value):
                hidden = asker.world.hidden_of(path)[:1]
                answers = [
                    answer_text(
                        await client.post(f"{thing.path}?validate_only=true", json=_with(thing, member, id))
                    )
                    for id in (NOWHERE, *hidden)
                ]
                assert len(set(answers)) == 1, (name, member, answers)


def _named_collections(world: World, value: object) -> list[str]:
    """The collections whose members a value names."""
    id = value.get("id") if isinstance(value, dict) else value
    return [thing.path for thing in world.visible.values() if thing.id == id]


def _with(thing: Thing, member: str, id: str) -> dict[str, object]:
    value = thing.members[member]
    return thing.members | {member: value | {"id": id} if isinstance(value, dict) else id}

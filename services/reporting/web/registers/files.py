"""Files on the pages: sent with a form, shown in tables, and saved.

A member of the type `Sha256` is a file in every form, and a list of parts that has one is a table of files.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.web.page import HEADERS
from services.reporting.web.registers.client import Api
from services.reporting.web.registers.controls import FILE_NAME
from services.reporting.web.registers.naming import address_of
from services.reporting.web.registers.values import Shower, Shown
from services.reporting.web.words import N_, Words
from shared.base.errors import Fault, NotFound, Refusal, TooLarge
from shared.base.texts import Text
from shared.contracts.forms import Field, FormModel
from shared.http.call import Answer
from shared.http.files import SANDBOX
from shared.http.spooled import SentFile
from shared.http.spooling import LARGEST_FILE

AT_ONCE = 1024 * 1024
"""Bytes of a file that are fetched from its service at a time."""
SIZES = (N_("{n} bytes"), N_("{n} KB"), N_("{n} MB"))
FOLDERS = re.compile(r"[/\\]")
OWN_COLUMNS = ("name", "size")
KEPT_HEADERS = ("content-disposition", "etag")


# Sending


async def take_file(
    api: Api, service: str, fields: Iterable[Field], texts: dict[str, str], file: SentFile | None
) -> Refusal | None:
    """Send the file of a form to its service. From then on its hash stands in its control, and the file need not be
    chosen again. The refusal, at that control, where it is not taken."""
    if file is None or not any(f.kind == "file" and f.name == file.control for f in fields):
        return None
    name = FOLDERS.split(file.name)[-1].strip() or "file"
    if file.is_too_large:
        return _too_large(f"/{file.control}")
    reply = await api.send_file(f"/{service}/v1/files", name, file.content)
    if reply.status == 401:
        raise reply.problem
    if reply.is_refusal:
        return reply.problem_at(f"/{file.control}")
    texts |= {file.control: reply.body["sha256"], file.control + FILE_NAME: name}
    return None


def _too_large(pointer: str) -> Refusal:
    text = Text("the file has more than {mebibytes} MiB", mebibytes=LARGEST_FILE // 2**20)
    return TooLarge(text, Fault("too_large", text, pointer))


# Showing


@dataclass(frozen=True)
class FileRow:
    """One file of an aggregate."""

    number: int
    """Its place in its list, from 1."""
    name: str
    address: str
    """Where it is saved from."""
    size: str
    sha256: str
    cells: Sequence[Shown]
    """What else is known of it."""


@dataclass(frozen=True)
class FileTable:
    """The files of one list of an aggregate, the newest first."""

    label: str
    columns: Sequence[str]
    rows: Sequence[FileRow]


def file_lists(model: FormModel) -> list[Field]:
    """The members that are lists of files."""
    return [m for m in model.members if m.kind == "rows" and any(part.kind == "file" for part in m.members)]


def table_of(shower: Shower, model: FormModel, of: Field, state: Mapping[str, Any]) -> FileTable:
    entry, hash = model.entry, next(part.name for part in of.members if part.kind == "file")
    others = [part for part in of.members if part.kind != "file" and part.name not in OWN_COLUMNS]
    rows = [
        FileRow(
            number=number,
            name=item["name"],
            address=address_of(entry, f"{state['id']}/{of.name}/{number}/content"),
            size=size_in(shower.words, item["size"]),
            sha256=item[hash],
            cells=[
                shower.show(entry, part, item.get(part.name), f"{of.name}.{part.name}") for part in others
            ],
        )
        for number, item in enumerate(state.get(of.name, ()), 1)
    ]
    columns = [shower.naming.member(entry, f"{of.name}.{part.name}") for part in others]
    return FileTable(shower.naming.member(entry, of.name), columns, rows[::-1])


def size_in(words: Words, size: int) -> str:
    """12 KB: to three digits at most, in thousands, as the quotas are."""
    place = 0 if size < 1000 else 1 if size < 999_500 else 2
    number = size / 1000**place
    rounded = round(number) if place == 0 or number >= 100 else round(number, 1)
    return words.gettext(SIZES[place]).format(n=words.number(rounded))


# Saving


async def content_of(api: Api, model: FormModel, id: str, member: str, number: str) -> Answer:
    """A file as its service answers it, to be saved and never to be shown; a part of it is in memory at a time."""
    if member not in [of.name for of in file_lists(model)] or not (number.isascii() and number.isdigit()):
        raise NotFound("there is no such resource")
    path = f"{model.entry.path}/{id}/{member}/{number}/content"
    first = await api.part(path, 0, AT_ONCE)
    size = int(first.headers.get("content-range", "").rpartition("/")[2] or len(first.content))
    headers = HEADERS | {name: first.headers[name] for name in KEPT_HEADERS if name in first.headers}
    headers |= {"Content-Security-Policy": SANDBOX, "Cross-Origin-Resource-Policy": "same-origin"}
    media_type = first.headers["content-type"]
    if size <= len(first.content):
        return Answer(200, first.content, headers, media_type)
    headers["Content-Length"] = str(size)
    return Answer(200, b"", headers, media_type, _parts(api, path, first.content, size))


async def _parts(api: Api, path: str, first: bytes, size: int) -> AsyncIterator[bytes]:
    yield first
    for start in range(len(first), size, AT_ONCE):
        yield (await api.part(path, start, AT_ONCE)).content

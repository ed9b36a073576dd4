"""The files of documents, deliverables and plans and what is frozen, each once, under the hash by which it is named."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx

from services.exports.asking import ExportFailed, streamed
from services.exports.contents import contents_of, entries, names_by_version
from services.exports.folder import Folder
from services.exports.standing import Standing
from shared.contracts.forms import Entry


async def take_files(
    client: httpx.AsyncClient,
    folder: Folder,
    standing: Standing,
    not_here: list[dict[str, Any]],
    progress: Callable[[str, int], None],
) -> None:
    """Write `files/<sha256>` of every version of every document, of all that was submitted as a file or taken over as a plan, and of
    all that is frozen; what is gone is told in `not_here`."""
    for entry in entries():
        for one in standing.states(f"{entry.service}.{entry.collection}", archived=True):
            for sha256, place in _places(entry, one, standing):
                name = f"files/{sha256}"
                if name in folder.sums:
                    continue
                path = f"{entry.path}/{one['id']}/{place}"
                if why := await _take(client, folder, path, name, sha256):
                    not_here.append({"what": name, "of": f"{entry.path}/{one['id']}", "why": why})
                progress("files", 1)


def _places(entry: Entry, one: Mapping[str, Any], standing: Standing) -> Iterator[tuple[str, str]]:
    """The hashes that an aggregate names or has named, each with where its content is below it."""
    if names_by_version(entry):
        yield from standing.contents(one["id"])
        return
    for content in contents_of(entry, one):
        yield content.sha256, content.place


async def _take(client: httpx.AsyncClient, folder: Folder, path: str, name: str, sha256: str) -> str | None:
    """Why the file cannot be had; None where it is written."""
    async with streamed(client, path) as answer:
        if answer.status_code == httpx.codes.NOT_FOUND:
            return "it is not there any more"
        if not answer.is_success:
            raise ExportFailed(f"{path} answers {answer.status_code}")
        with folder.beginning(name) as file:
            async for data in answer.aiter_bytes():
                file.write(data)
    if file.sha256 == sha256:
        folder.keep(name, file)
        return None
    folder.drop(name)
    return "what is stored is not what its hash says"

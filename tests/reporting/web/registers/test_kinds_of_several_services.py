"""What every service has, such as documents and comments: one group in the menu, and each names those of its service."""

import re
from typing import Any

import httpx

from shared.contracts.forms import by_kind, index, shared_kinds
from tests.conftest import Portolan

COMMENTS = "/registers/finance/comments"


async def create(portolan: Portolan, path: str, **members: Any) -> str:
    answer = await portolan().post(path, json=members)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_registers_of_one_name_are_one_group_and_say_their_service(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/registers")).text
    names = re.findall(r"<h2>([^<]+)</h2>", page[page.index("<main") :])
    assert len(names) == len(set(names))
    assert {"Documents (finance)", "Documents (projects)"} <= set(re.findall(r">([^<]+)</a>", page))
    assert "<h1>Documents (finance)</h1>" in (await reader.get("/registers/finance/documents")).text


async def test_a_comment_names_what_it_is_about_and_what_it_replies_to(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    vendor = await create(portolan, "/finance/v1/vendors", name="Harbour works")
    about = {"subject": {"kind": "vendor", "id": vendor}}
    comment = await create(portolan, "/finance/v1/comments", text="Good", decided_on="2026-06-01", **about)
    reply = await create(portolan, "/finance/v1/comments", text="So it is", reply_to_id=comment, **about)
    page = (await reader.get(f"{COMMENTS}/{reply}")).text
    assert f'<a href="/registers/finance/vendors/{vendor}"><bdi>Harbour works</bdi></a>' in page
    assert f'<a href="{COMMENTS}/{comment}"><bdi>' in page
    first = (await reader.get(f"{COMMENTS}/{comment}")).text
    related = first[first.index('data-part="related"') : first.index('data-part="history"')]
    assert re.findall(r'href="/registers/(\w+)/comments\?', related) == ["finance"]


async def test_a_comment_replies_to_one_of_its_own_service(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    project = await create(portolan, "/projects/v1/projects", name="Light house")
    about = {"subject": {"kind": "project", "id": project}}
    elsewhere = await create(portolan, "/projects/v1/comments", text="Elsewhere", **about)
    assert elsewhere in (await reader.get("/registers/projects/comments/new")).text
    assert elsewhere not in (await reader.get(f"{COMMENTS}/new")).text


def test_a_kind_of_several_services_is_the_own_one_of_each() -> None:
    assert {"document", "comment"} <= shared_kinds()
    for entry in index():
        assert by_kind(entry.service)[entry.name] == entry
    assert by_kind("finance")["project"].service == "projects"

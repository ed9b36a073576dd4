"""One register by its pages, from the first portfolio to its archiving, without JavaScript."""

import httpx

from tests.conftest import Portolan
from tests.support.forms import action_of, follow, forms_of, record_of, send

PORTFOLIOS = "/registers/projects/portfolios"
HOSTILE = "</script><script>alert('x')</script>\"><img src=x onerror=alert(1)>&amp;"


async def make(reader: httpx.AsyncClient, **members: str) -> httpx.Response:
    form = record_of(await reader.get(f"{PORTFOLIOS}/new"))
    return await follow(reader, await send(reader, form, **members))


async def test_a_portfolio_is_made_changed_archived_and_restored_by_forms(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    page = await make(reader, name="Harbour", description="Ships\nand cranes")
    address = page.url.path
    assert "Created." in page.text
    assert "Ships\nand cranes" in page.text
    edit = record_of(await reader.get(f"{address}/edit"))
    saved = await follow(reader, await send(reader, edit, name="Pier"))
    assert "Saved." in saved.text
    archived = await follow(reader, await send(reader, action_of(saved, "/archive")))
    assert "Archived: it has left the lists." in archived.text
    assert "Pier" not in (await reader.get(PORTFOLIOS)).text.split('id="list"')[1]
    restored = await follow(reader, await send(reader, action_of(archived, "/restore")))
    assert "Restored." in restored.text
    assert "Pier" in (await reader.get(PORTFOLIOS)).text.split('id="list"')[1]


async def test_a_form_that_is_sent_twice_makes_one(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    form = record_of(await reader.get(f"{PORTFOLIOS}/new"))
    first, second = [await send(reader, form, name="Harbour") for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    assert len((await portolan().get("/projects/v1/portfolios")).json()["items"]) == 1


async def test_a_refusal_stands_at_its_field_and_what_was_typed_is_kept(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    form = record_of(await reader.get(f"{PORTFOLIOS}/new"))
    refused = await send(reader, form, **{"description": "kept", "thresholds.cost_red_pct": "-4"})
    assert refused.status_code == 422
    assert 'href="#f-name"' in refused.text
    assert 'href="#f-thresholds-cost_red_pct"' in refused.text
    again = record_of(refused)
    assert again.values["description"] == "kept"
    assert again.values["thresholds.cost_red_pct"] == "-4"
    answer = await follow(
        reader, await send(reader, again, **{"name": "Harbour", "thresholds.cost_red_pct": "12.5"})
    )
    assert "12.5" in answer.text


async def test_what_somebody_else_changed_is_shown_and_kept_unless_it_is_applied_again(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    address = (await make(reader, name="Harbour", description="Mine")).url.path
    form = record_of(await reader.get(f"{address}/edit"))
    path = address.replace("/registers/projects", "/projects/v1")
    headers = {"If-Match": '"1"', "Content-Type": "application/merge-patch+json"}
    theirs = await portolan("manager").patch(path, content=b'{"description": "Theirs"}', headers=headers)
    assert theirs.status_code == 200
    conflict = await send(reader, form, name="Pier")
    assert conflict.status_code == 412
    assert "Somebody else has changed this meanwhile" in conflict.text
    assert "Theirs" in conflict.text
    again = record_of(conflict)
    assert (again.values["name"], again.values["description"]) == ("Pier", "Theirs")
    await follow(reader, await send(reader, again))
    state = (await portolan().get(path)).json()
    assert (state["name"], state["description"], state["version"]) == ("Pier", "Theirs", 3)


async def test_names_on_pages_of_registers_are_text_and_never_markup(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    address = (await make(reader, name=HOSTILE, description=HOSTILE)).url.path
    for page in (address, f"{address}/edit", f"{address}/history", PORTFOLIOS, f"{PORTFOLIOS}/new"):
        text = (await reader.get(page)).text
        assert "<img" not in text.replace('<img src="/static', ""), page
        assert "alert('x')</script>" not in text, page
    assert record_of(await reader.get(f"{address}/edit")).values["name"] == HOSTILE


async def test_a_form_of_another_site_is_refused(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    form = record_of(await reader.get(f"{PORTFOLIOS}/new"))
    form.values["name"] = "Harbour"
    for values, headers in (
        (form.values | {"form": "0" * 24}, {}),
        (form.values, {"Origin": "https://elsewhere.example"}),
        (form.values, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert (await reader.post(form.action, data=values, headers=headers)).status_code == 403
    assert (await portolan().get("/projects/v1/portfolios")).json()["items"] == []


async def test_every_form_that_changes_something_carries_a_proof(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    page = await make(reader, name="Harbour")
    posts = [form for form in forms_of(page) if form.method == "post"]
    assert len(posts) >= 2
    assert all(form.values.get("form") for form in posts)

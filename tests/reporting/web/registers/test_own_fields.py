"""The organisation's own fields on the pages of registers."""

from typing import Any

import httpx
import pytest

from tests.conftest import Portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import follow, record_of, send
from tests.support.given import PROJECTS, Arranger, chf

FIELDS = "/projects/v1/field-definitions"
PAGES = "/registers/projects/projects"
TYPES = ("text", "number", "money", "day", "choice", "person", "yes_no")


async def declare(director: Arranger, name: str, **members: Any) -> dict[str, Any]:
    label = [{"language": "en", "text": f"Our {name}"}, {"language": "fr", "text": f"Notre {name}"}]
    draft = await director.make(FIELDS, aggregate="projects.project", name=name, label=label, **members)
    return await director.move(FIELDS, draft, "activate")


async def declare_all(director: Arranger) -> None:
    for type in TYPES:
        await declare(director, type, type=type, choices=["high", "low"] if type == "choice" else [])
    await director.portolan.settled()


async def state_of(portolan: Portolan, page: httpx.Response) -> dict[str, Any]:
    answer = await portolan().get(page.url.path.replace("/registers/projects", "/projects/v1"))
    return dict(answer.json()["custom"])


async def test_own_fields_of_every_type_are_given_shown_changed_and_emptied_by_forms(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director = Arranger(portolan)
    await declare_all(director)
    person = await director.make("/resources/v1/persons", name="Ada Own")
    await portolan.settled()
    form = record_of(await reader.get(f"{PAGES}/new"))
    typed = {
        "name": "Registry", "custom.text": "Sion", "custom.number": "12.5", "custom.money.amount": "1'250.50",
        "custom.money.currency": "CHF", "custom.day": "2027-03-01", "custom.choice": "low",
        "custom.person": person["id"], "custom.yes_no": "no",
    }  # fmt: skip
    page = await follow(reader, await send(reader, form, **typed))
    values = {
        "text": "Sion", "number": 12.5, "money": {"amount": "1250.50", "currency": "CHF"}, "day": "2027-03-01",
        "choice": "low", "person": person["id"], "yes_no": False,
    }  # fmt: skip
    assert await state_of(portolan, page) == values
    assert all(f"Our {type}" in page.text for type in TYPES)
    assert "Ada Own" in page.text
    edit = record_of(await reader.get(f"{page.url.path}/edit"))
    assert {name: edit.values[name] for name in typed if name != "custom.money.amount"} == {
        name: text for name, text in typed.items() if name != "custom.money.amount"
    }
    unchanged = await send(reader, edit)
    assert unchanged.headers["location"].endswith("done=unchanged")
    saved = await follow(reader, await send(reader, edit, **{"custom.text": "", "custom.yes_no": "yes"}))
    assert await state_of(portolan, saved) == {n: v for n, v in values.items() if n != "text"} | {
        "yes_no": True
    }
    assert "</bdi>: Own fields</span>" in saved.text, "the history says that they changed"


async def test_a_refusal_of_an_own_field_stands_at_it_with_what_was_typed(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    await declare(Arranger(portolan), "users", type="number", required_when="always")
    form = record_of(await reader.get(f"{PAGES}/new"))
    for text in ("", "many"):
        refused = await send(reader, form, **{"name": "Registry", "custom.users": text})
        assert refused.status_code == 422
        assert 'href="#f-custom-users"' in refused.text
        assert record_of(refused).values["custom.users"] == text


async def test_labels_of_own_fields_are_in_the_language_of_the_page(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director = Arranger(portolan)
    await declare(director, "class", type="text")
    project = await director.make(PROJECTS, name="Registry", custom={"class": "<b>secret</b>"})
    page = await reader.get(f"{PAGES}/{project['id']}", headers={"Accept-Language": "fr"})
    assert "Notre class" in page.text
    assert "Champs propres" in page.text
    assert "&lt;b&gt;secret" in page.text


async def test_a_retired_field_is_shown_where_it_has_a_value_and_asked_for_nowhere(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director = Arranger(portolan)
    definition = await declare(director, "class", type="text")
    project = await director.make(PROJECTS, name="Registry", custom={"class": "secret"})
    await director.move(FIELDS, definition, "retire")
    address = f"{PAGES}/{project['id']}"
    assert "Our class" in (await reader.get(address)).text
    edit = record_of(await reader.get(f"{address}/edit"))
    assert "custom.class" not in edit.values
    saved = await follow(reader, await send(reader, edit, name="Register"))
    assert await state_of(portolan, saved) == {"class": "secret"}


async def test_a_sensitive_field_is_no_conflict_where_somebody_else_changed_another_member(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    director = Arranger(portolan)
    await declare(director, "secret", type="text", sensitive=True)
    project = await director.make(PROJECTS, name="Registry", custom={"secret": "x"})
    edit = record_of(await reader.get(f"{PAGES}/{project['id']}/edit"))
    assert edit.values["custom.secret"] == "x"
    other = await director.revise(PROJECTS, project, description="Theirs")
    assert other.status_code == 200
    answer = await send(reader, edit, **{"custom.secret": "y"})
    assert answer.status_code == 412
    assert answer.text.count("Somebody else made it:") == 1, "only of the description"
    saved = await follow(reader, await send(reader, record_of(answer)))
    assert await state_of(portolan, saved) == {"secret": "y"}


async def test_own_fields_are_columns_filters_and_orders_of_lists_and_of_tables_taken_from_them(
    everywhere: Portolan,
) -> None:
    director = Arranger(everywhere)
    await declare_all(director)
    await declare(director, "salary", type="money", sensitive=True)
    await everywhere.settled()
    for name, custom in (
        (
            "Alpha",
            {"number": 9, "choice": "low", "money": chf("70.00"), "day": "2027-03-01", "salary": chf("1.00")},
        ),
        ("Beta", {"number": 12.5, "choice": "high", "money": chf("9.50"), "text": "=1+1", "yes_no": True}),
        ("Gamma", {}),
        ("Delta", {"number": 100, "choice": "high", "money": {"amount": "5.00", "currency": "EUR"}}),
    ):
        await director.make(PROJECTS, name=name, custom=custom)

    async with visiting(everywhere) as reader:
        await reader.get(await everywhere.running.login_link())

        async def names(query: str) -> list[str]:
            text = (await reader.get(f"{PAGES}/csv?columns=name&{query}")).text
            return [line.split(",")[0] for line in text.splitlines()[1:]]

        page = (await reader.get(f"{PAGES}?columns=name&columns=custom.number&columns=custom.money")).text
        assert 'value="custom.number" checked' in page
        assert "salary" not in page, "what is sensitive is no column"
        table = await reader.get(
            f"{PAGES}/csv?columns=name&columns=custom.money&columns=custom.text&columns=custom.salary"
        )
        assert table.text.splitlines()[0].split(",") == [
            "\ufeffName", "Our money", "", "Our text", "ID", "Version",
        ]  # fmt: skip
        assert "Beta,9.50,CHF,'=1+1" in table.text
        assert await names("sort=custom.number") == ["Alpha", "Beta", "Delta", "Gamma"]
        assert await names("sort=-custom.number") == ["Delta", "Beta", "Alpha", "Gamma"]
        assert await names("sort=custom.money") == ["Beta", "Alpha", "Delta", "Gamma"], "within each currency"
        assert await names("sort=custom.choice&custom.choice=high") == ["Beta", "Delta"]
        assert await names("custom.number.from=12.5&sort=name") == ["Beta", "Delta"]
        assert await names("custom.yes_no=true") == ["Beta"]
        assert (await reader.get(f"{PAGES}/xlsx?columns=name&columns=custom.day")).status_code == 200


@pytest.mark.parametrize("name", ["from", "until", "sort", "gte", "first", "columns", "custom"])
async def test_lists_are_narrowed_and_sorted_by_an_own_field_whatever_its_name(
    portolan: Portolan, reader: httpx.AsyncClient, name: str
) -> None:
    director = Arranger(portolan)
    await declare(director, name, type="number")
    await portolan.settled()
    for number in (2, 30, 1):
        await director.make(PROJECTS, name=f"P{number}", custom={name: number})

    async def names(query: str) -> list[str]:
        answer = await reader.get(f"{PAGES}/csv?columns=name&{query}")
        assert answer.status_code == 200, answer.text
        return [line.split(",")[0] for line in answer.text.splitlines()[1:]]

    assert await names(f"sort=-custom.{name}") == ["P30", "P2", "P1"]
    assert await names(f"custom.{name}=2") == ["P2"]
    assert await names(f"custom.{name}.from=2&custom.{name}.until=29") == ["P2"]


async def test_lists_sorted_by_an_own_field_are_paged(everywhere: Portolan) -> None:
    director = Arranger(everywhere)
    await declare(director, "users", type="number")
    await declare(director, "secret", type="number", sensitive=True)
    await everywhere.settled()
    for i in (3, 1, None, 2, None):
        await director.make(PROJECTS, name=f"P{i}", custom={} if i is None else {"users": i, "secret": i})
    names, query = list[str](), {"custom[users][sort]": "desc", "sort": "name", "limit": "2"}
    while True:
        answer = (await everywhere().get(f"/{PROJECTS}", params=query)).json()
        names += [item["name"] for item in answer["items"]]
        if "next" not in answer:
            break
        query["cursor"] = answer["next"]
    assert names == ["P3", "P2", "P1", "PNone", "PNone"]
    for name, value in (("users", "up"), ("secret", "asc"), ("unicorn", "asc")):
        refused = await everywhere().get(f"/{PROJECTS}", params={f"custom[{name}][sort]": value})
        assert refused.status_code == 400

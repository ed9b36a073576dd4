"""A portfolio means everything under it, in the list as in the overview."""

from typing import Any

import pytest

from tests.conftest import Portolan


async def create(portolan: Portolan, collection: str, **content: Any) -> str:
    answer = await portolan().post(f"/projects/v1/{collection}", json=content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
async def tree(portolan: Portolan) -> dict[str, str]:
    """Portfolios in a line, each with a project of its name, and one apart."""
    ids: dict[str, str] = {}
    for name, parent in (("top", None), ("middle", "top"), ("bottom", "middle"), ("apart", None)):
        ids[name] = await create(portolan, "portfolios", name=name, parent_id=ids.get(parent or ""))
        await create(portolan, "projects", name=name, portfolio_id=ids[name])
    await portolan.settled()
    return ids


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        (("top",), {"top", "middle", "bottom"}),
        (("middle",), {"middle", "bottom"}),
        (("bottom", "apart"), {"bottom", "apart"}),
    ],
)
async def test_the_list_holds_what_the_overview_counts(
    portolan: Portolan, tree: dict[str, str], keys: tuple[str, ...], names: set[str]
) -> None:
    query = "&".join(f"portfolio_id={tree[name]}" for name in keys)
    items = (await portolan().get(f"/reporting/v1/projects?{query}")).json()["items"]
    assert {item["project"]["name"] for item in items} == names
    overview = (await portolan().get("/reporting/v1/portfolios")).json()["items"]
    if len(keys) == 1:
        [own] = [item for item in overview if item["portfolio"]["name"] == keys[0]]
        assert own["counts"]["projects"] == len(names)


async def test_a_portfolio_that_is_not_there_has_no_projects(
    portolan: Portolan, tree: dict[str, str]
) -> None:
    unknown = "01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
    assert (await portolan().get(f"/reporting/v1/projects?portfolio_id={unknown}")).json()["items"] == []
    assert (await portolan().get("/reporting/v1/projects?portfolio_id=x")).status_code == 400

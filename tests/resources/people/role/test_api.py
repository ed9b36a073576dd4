"""Roles over REST."""

from typing import Any

import pytest

from tests.conftest import Portolan

ROLES = "/resources/v1/roles"


async def create_role(portolan: Portolan, **members: Any) -> dict[str, Any]:
    answer = await portolan("manager").post(ROLES, json=members)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_role_has_a_family_and_says_what_it_does(everywhere: Portolan) -> None:
    role = await create_role(
        everywhere, name="Software architect", family="Engineering", description="Decides."
    )
    assert (role["family"], role["description"]) == ("Engineering", "Decides.")
    bare = await create_role(everywhere, name="Tester")
    assert (bare["family"], bare["description"]) == (None, "")


async def test_roles_are_listed_by_their_family_and_found_by_their_name(everywhere: Portolan) -> None:
    await create_role(everywhere, name="Tester", family="Quality")
    await create_role(everywhere, name="Développeur", family="engineering")
    client = everywhere("viewer")
    by_family = (await client.get(f"{ROLES}?sort=family")).json()["items"]
    assert [role["name"] for role in by_family] == ["Développeur", "Tester"]
    assert [r["name"] for r in (await client.get(f"{ROLES}?q=developpeur")).json()["items"]] == [
        "Développeur"
    ]
    assert [r["name"] for r in (await client.get(f"{ROLES}?family=Quality")).json()["items"]] == ["Tester"]


@pytest.mark.parametrize(("caller", "status"), [("viewer", 403), ("member", 403), ("manager", 201)])
async def test_who_writes_makes_roles(portolan: Portolan, caller: str, status: int) -> None:
    answer = await portolan(caller).post(ROLES, json={"name": "Tester"})
    assert answer.status_code == status


async def test_a_role_without_a_name_is_refused_at_the_name(portolan: Portolan) -> None:
    answer = await portolan("manager").post(ROLES, json={"name": " "})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/name")

"""Who has which role in a project, on which days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.mandate.project_role import rules
from services.projects.mandate.project_role.acting import ANY_ROLE, WITHOUT_METHOD, RoleRule, RoleRules
from shared.base.clock import now
from shared.base.errors import Conflict
from shared.base.ids import new_id
from shared.contracts.projects.mandate import ProjectRole
from tests.projects.mandate.conftest import ROLES, Leading

TODAY = now().date()
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.rule("projects.project_role.1")
async def test_sponsor_and_manager_are_never_one_person(leading: Leading) -> None:
    assert (await leading.role("sponsor", "sara")).status_code == 201
    for code in ("manager", "project_manager"):
        refused = await leading.role(code, "sara")
        assert (refused.status_code, refused.json()["code"]) == (409, "roles_exclude"), code
    by_deputy = await leading.role("manager", "max", deputy_id=leading.persons["sara"])
    assert by_deputy.json()["code"] == "roles_exclude"
    assert (await leading.role("user_representative", "sara")).status_code == 201, "any other one"


@pytest.mark.rule("projects.project_role.1")
async def test_the_project_names_who_acts_as_its_sponsor_and_manager(leading: Leading) -> None:
    await leading.lead()
    project = await leading.project_now()
    assert (project["sponsor_id"], project["manager_id"]) == (
        leading.persons["sara"],
        leading.persons["max"],
    )


@pytest.mark.rule("projects.project_role.1")
async def test_a_role_that_one_person_has_is_handed_over_in_one_commit(leading: Leading) -> None:
    await leading.lead()
    refused = await leading.role("manager", "otto")
    assert (refused.status_code, refused.json()["code"]) == (409, "role_taken")
    await leading.signed("initiation")
    [role] = (await leading.read(ROLES, role_code="manager"))["items"]
    refused = await leading.act(ROLES, role, "end")
    assert (refused.status_code, refused.json()["code"]) == (409, "no_manager")
    assert refused.json()["day"] == TOMORROW.isoformat()
    assert (await leading.revise(ROLES, role, ends_on="2099-12-31")).json()["code"] == "no_manager"
    assert (await leading.archive(ROLES, role)).json()["code"] == "no_manager"
    ended = await leading.act(ROLES, role, "end", successor_id=leading.persons["otto"])
    assert (ended.status_code, ended.json()["state"]) == (200, "ended"), ended.text
    assert ended.json()["ends_on"] == TODAY.isoformat()
    roles = (await leading.read(ROLES, role_code="manager", sort="starts_on"))["items"]
    assert [(one["person_id"], one["starts_on"], one["state"]) for one in roles] == [
        (leading.persons["max"], "2026-01-01", "ended"),
        (leading.persons["otto"], TOMORROW.isoformat(), "held"),
    ]
    assert (await leading.project_now())["manager_id"] == leading.persons["max"], "until tomorrow"


async def test_a_role_ends_not_before_it_began(leading: Leading) -> None:
    role = await leading.make(
        ROLES, project_id=leading.erp["id"], role_code="user", person_id=leading.persons["otto"],
        starts_on="2026-03-02",
    )  # fmt: skip
    refused = await leading.act(ROLES, role, "end", on="2026-03-01")
    assert (refused.status_code, refused.json()["code"]) == (422, "days_out_of_order")
    refused = await leading.revise(ROLES, role, deputy_id=leading.persons["otto"])
    assert refused.json()["code"] == "deputy_of_themselves"


DAYS = st.integers(0, 12).map(lambda n: date(2026, 3, 1) + timedelta(days=n))


def role(starts_on: date, ends_on: date | None, code: str = "manager", **members: Any) -> ProjectRole:
    at = now()
    return ProjectRole(
        id=new_id(), version=1, created_at=at, updated_at=at, project_id=new_id(), role_code=code,
        person_id=new_id(), starts_on=starts_on, ends_on=ends_on, **members,
    )  # fmt: skip


SPANS = st.tuples(DAYS, st.none() | DAYS).filter(lambda span: span[1] is None or span[1] >= span[0])


@pytest.mark.rule("projects.project_role.1")
@given(st.lists(SPANS, max_size=5), DAYS)
def test_the_first_day_without_a_manager_is_found_whatever_the_order(
    spans: list[tuple[date, date | None]], day: date
) -> None:
    """Day by day, up to a day after which only what never ends is had."""
    roles = [role(*span) for span in spans]
    last = date(2026, 4, 1)
    days = [day + timedelta(days=n) for n in range((last - day).days)]
    without = [day for day in days if not any(rules.is_had_on(one, day) for one in roles)]
    by_hand = without[0] if without else rules.FOREVER
    assert rules.first_day_without(roles, day) == by_hand


@pytest.mark.rule("projects.project_role.1")
@given(st.lists(SPANS, max_size=6), SPANS, st.integers(1, 3))
def test_no_more_persons_than_the_method_allows_have_a_role_on_any_day(
    spans: list[tuple[date, date | None]], new: tuple[date, date | None], most: int
) -> None:
    role_rules = RoleRules({"manager": RoleRule(most=most)})
    others, added = [role(*span) for span in spans], role(*new)
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(20)]
    is_too_many = any(
        rules.is_had_on(added, day) and sum(rules.is_had_on(one, day) for one in others) >= most
        for day in days
    )
    if is_too_many:
        with pytest.raises(Conflict):
            rules.is_free(added, others, role_rules)
    else:
        rules.is_free(added, others, role_rules)


def test_of_roles_that_act_alike_one_is_enough() -> None:
    assert WITHOUT_METHOD.missing([]) == ["sponsor", "manager"]
    assert WITHOUT_METHOD.missing(["sponsor", "project_manager"]) == []
    assert WITHOUT_METHOD.of("tester") is ANY_ROLE

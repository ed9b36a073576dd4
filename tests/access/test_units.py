"""Units of the organisation as what memberships are for: the tree below, units that move, and units that are archived."""

import pytest

from tests.access.conftest import Office
from tests.access.test_memberships import ids
from tests.conftest import Portolan

UNITS = "/resources/v1/org-units"


class Organisation:
    """Two directorates, one with two units below one another, each unit with a document and a comment."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.units: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.comments: dict[str, str] = {}

    async def furnish(self) -> None:
        parents = {"IT": None, "Networks": "IT", "Cables": "Networks", "Finance": None}
        for name, parent in parents.items():
            above = {} if parent is None else {"parent_id": self.units[parent]}
            self.units[name] = (await self.office.make(UNITS, name=name, **above))["id"]
            subject = {"subject": {"kind": "org_unit", "id": self.units[name]}}
            document = await self.office.make("/resources/v1/documents", **subject, title=name)
            comment = await self.office.make("/resources/v1/comments", **subject, text=name)
            self.documents[name], self.comments[name] = document["id"], comment["id"]
        await self.office.portolan.settled()

    def path(self, name: str) -> str:
        return f"{UNITS}/{self.units[name]}"


async def units_seen(organisation: Organisation, subject: str, role: str = "participant") -> set[str]:
    """The names of the units that somebody sees; documents, comments and events say the same."""
    client = organisation.office.caller(subject, role)
    names = {}
    for what, path, things in (
        ("units", UNITS, organisation.units),
        ("documents", "/resources/v1/documents", organisation.documents),
        ("comments", "/resources/v1/comments", organisation.comments),
    ):
        visible = ids(await client.get(f"{path}?archived=true"))
        names[what] = {name for name, id in things.items() if id in visible}
        for name, id in things.items():
            expected = 200 if name in names[what] else 404
            assert (await client.get(f"{path}/{id}")).status_code == expected, (what, name)
    events = (await client.get("/resources/v1/events?limit=200")).json()["items"]
    subjects = {event["subject"] for event in events}
    names["events"] = {name for name, id in organisation.units.items() if id in subjects}
    assert len({frozenset(those) for those in names.values()}) == 1, names
    return names["units"]


@pytest.fixture
async def organisation(everywhere: Portolan) -> Organisation:
    organisation = Organisation(Office(everywhere))
    await organisation.furnish()
    return organisation


async def test_a_membership_of_a_unit_holds_for_the_units_below(organisation: Organisation) -> None:
    for name, expected in (
        ("IT", {"IT", "Networks", "Cables"}),
        ("Networks", {"Networks", "Cables"}),
        ("Cables", {"Cables"}),
        ("Finance", {"Finance"}),
    ):
        await organisation.office.participant(
            f"of-{name}".lower(), "viewer", "unit", organisation.units[name]
        )
        assert await units_seen(organisation, f"of-{name}".lower()) == expected


async def test_a_unit_that_moves_takes_its_members_rights_along(organisation: Organisation) -> None:
    office, units = organisation.office, organisation.units
    await office.participant("anna", "viewer", "unit", units["IT"])
    await office.participant("ben", "viewer", "unit", units["Networks"])
    await office.participant("cleo", "viewer", "unit", units["Finance"])
    answer = await office.patch(organisation.path("Networks"), parent_id=units["Finance"])
    assert answer.status_code == 200, answer.text
    await office.portolan.settled()
    assert await units_seen(organisation, "anna") == {"IT"}
    assert await units_seen(organisation, "ben") == {"Networks", "Cables"}
    assert await units_seen(organisation, "cleo") == {"Finance", "Networks", "Cables"}


async def test_a_unit_is_moved_by_who_may_write_in_both_places(organisation: Organisation) -> None:
    office, units = organisation.office, organisation.units
    person = await office.person("Anna", "anna")
    await office.member("manager", "unit", units["IT"], person_id=person)
    await office.member("viewer", "unit", units["Finance"], person_id=person)
    await office.portolan.settled()
    anna = office.caller("anna")
    refused = await office.patch(organisation.path("Networks"), anna, parent_id=units["Finance"])
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert (await office.patch(organisation.path("Cables"), anna, parent_id=units["IT"])).status_code == 200
    assert (await office.patch(organisation.path("Networks"), anna, parent_id=None)).status_code == 403
    await office.member("manager", "unit", units["Finance"], person_id=person)
    await office.portolan.settled()
    moved = await office.patch(organisation.path("Networks"), anna, parent_id=units["Finance"])
    assert moved.status_code == 200, moved.text


async def test_an_archived_unit_is_seen_and_takes_nothing_new(organisation: Organisation) -> None:
    office, units = organisation.office, organisation.units
    anna = await office.participant("anna", "manager", "unit", units["Networks"])
    cables = organisation.path("Cables")
    tag = {"If-Match": (await office.director.get(cables)).headers["ETag"]}
    assert (await anna.delete(cables, headers=tag)).status_code == 204
    await office.portolan.settled()
    assert await units_seen(organisation, "anna") == {"Networks", "Cables"}
    assert ids(await anna.get(UNITS)) == {units["Networks"]}
    subject = {"subject": {"kind": "org_unit", "id": units["Cables"]}}
    for path, body in (
        ("/resources/v1/documents", {"title": "Late"}),
        ("/resources/v1/comments", {"text": "Late"}),
    ):
        answer = await anna.post(path, json=subject | body)
        assert (answer.status_code, answer.json()["code"]) == (409, "archived")
    member = {"principal": {"group": "late"}, "role": "viewer", "scope": "unit", "scope_id": units["Cables"]}
    answer = await office.director.post("/projects/v1/memberships", json=member)
    assert (answer.status_code, answer.json()["code"]) == (409, "archived")
    restored = await office.act(cables, "restore", anna)
    assert restored.status_code == 200, restored.text


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("director", {"revise": (200, 404), "add": (201, 422), "comment": (201, 422), "propose": (201, 409)}),
        ("manager", {"revise": (200, 404), "add": (201, 422), "comment": (201, 422), "propose": (201, 409)}),
        (
            "controller",
            {"revise": (403, 403), "add": (201, 422), "comment": (201, 422), "propose": (403, 403)},
        ),
        ("member", {"revise": (403, 403), "add": (201, 422), "comment": (201, 422), "propose": (403, 403)}),
        ("viewer", {"revise": (403, 403), "add": (403, 403), "comment": (403, 403), "propose": (403, 403)}),
    ],
)
async def test_a_role_in_a_unit_allows_what_the_table_says(
    portolan: Portolan, role: str, expected: dict[str, tuple[int, int]]
) -> None:
    """Each operation in the caller's own unit, and in another one."""
    office = Office(portolan)
    organisation = Organisation(office)
    await organisation.furnish()
    anna = await office.participant("anna", role, "unit", organisation.units["IT"])
    outcomes: dict[str, list[int]] = {operation: [] for operation in expected}
    for name in ("Cables", "Finance"):
        subject = {"subject": {"kind": "org_unit", "id": organisation.units[name]}}
        member = {"principal": {"group": name}, "role": "viewer", "scope": "unit"} | {
            "scope_id": organisation.units[name]
        }
        revised = await office.patch(organisation.path(name), anna, cost_centre="4711")
        outcomes["revise"].append(revised.status_code)
        for operation, path, body in (
            ("add", "/resources/v1/documents", subject | {"title": "Plan"}),
            ("comment", "/resources/v1/comments", subject | {"text": "Noted"}),
            ("propose", "/projects/v1/memberships", member),
        ):
            outcomes[operation].append((await anna.post(path, json=body)).status_code)
    assert {operation: tuple(statuses) for operation, statuses in outcomes.items()} == expected


async def test_a_director_of_a_unit_grants_below_it_and_nowhere_else(organisation: Organisation) -> None:
    office, units = organisation.office, organisation.units
    anna = await office.participant("anna", "director", "unit", units["IT"])
    for name, status in (("Cables", 200), ("Finance", 404)):
        member = {"principal": {"group": name}, "role": "manager", "scope": "unit", "scope_id": units[name]}
        membership = await office.make("/projects/v1/memberships", **member)
        granted = await office.act(f"/projects/v1/memberships/{membership['id']}", "grant", anna)
        assert granted.status_code == status, granted.text
    last = await office.make("/projects/v1/memberships", principal={"group": "above"}, role="director", scope="unit",
                             scope_id=units["Cables"])  # fmt: skip
    path = f"/projects/v1/memberships/{last['id']}"
    assert (await office.act(path, "grant", anna)).status_code == 200
    assert (await office.act(path, "revoke", anna)).status_code == 200, "who is director above stays"

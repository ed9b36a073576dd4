"""A login without a person gets one person and one identity before a membership is granted to it."""

from shared.http.auth.issuers import LOCAL
from tests.access.conftest import Office
from tests.conftest import Portolan

OF_LOGIN = "/resources/v1/identities/of-login"


async def test_a_login_without_a_person_gets_one_and_a_membership(everywhere: Portolan) -> None:
    office = Office(everywhere)
    project = await office.project("Harbour")
    body = {"issuer": LOCAL, "subject": "anna", "name": "Anna Muster"}
    first = await office.director.post(OF_LOGIN, json=body)
    assert first.status_code == 200, first.text
    again = await office.director.post(OF_LOGIN, json=body | {"name": "Another Name"})
    assert again.json() == first.json(), "one person and one identity"
    persons = (await office.director.get("/resources/v1/persons")).json()["items"]
    assert [person["name"] for person in persons] == ["Anna Muster"]
    await everywhere.settled()
    await office.member("viewer", "project", project["id"], person_id=first.json()["person_id"])
    await everywhere.settled()
    answer = await office.caller("anna").get(f"/projects/v1/projects/{project['id']}")
    assert answer.status_code == 200


async def test_who_may_not_see_logins_makes_no_person_of_one(portolan: Portolan) -> None:
    body = {"issuer": LOCAL, "subject": "anna", "name": "Anna"}
    assert (await portolan("manager").post(OF_LOGIN, json=body)).status_code == 403

"""The realm for Portolan, and what Portolan needs to know of it."""

import json
from pathlib import Path
from typing import Any

REALM = "portolan"
SECRET = "of-this-machine-only"  # noqa: S105 of clients of a server that nobody else reaches, with the data in memory
PORTOLAN = "http://127.0.0.1:8000"
"""The address that realm.json names: that of `make run` and `make stack`."""
USERS = {"anna": "director", "paul": "manager", "lea": "member", "camille": "member"}
"""The names, each of which is the password too, and their roles; Camille reads French."""


def realm(portolan: str = PORTOLAN) -> dict[str, Any]:
    """The realm for a Portolan at this address, as Keycloak imports it."""
    text = Path(__file__).with_name("realm.json").read_text()
    content: dict[str, Any] = json.loads(text.replace(PORTOLAN, portolan))
    return content


def issuers_file(keycloak: str) -> str:
    """The file for PORTOLAN_ISSUERS_FILE: groups say who is what."""
    return f"""\
[keycloak]
issuer = "{keycloak}/realms/{REALM}"
name = "Keycloak"
client_id = "portolan"
client_secret = "{SECRET}"
scopes = "openid profile"
roles = ["groups"]
role_of = {{portfolio-office = "director", project-leads = "manager", staff = "member", nightly-programs = "service"}}
algorithms = ["RS256"]
"""

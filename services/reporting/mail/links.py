"""Addresses in mails: pages, and what ends the mails of one person without a login, signed by the instance."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from shared.contracts.language import AggregateType
from shared.http.serving import Serving

PAGES = ("project", "portfolio")
"""Nodes that have a page of their own."""


def home(kernel: Serving) -> str:
    return f"{kernel.settings.base_url}/"


def preferences(kernel: Serving) -> str:
    return f"{kernel.settings.base_url}/mail"


def page_of(kernel: Serving, entry: AggregateType, state: Mapping[str, Any]) -> str:
    """The page of what an aggregate lies in; the first page where that has none."""
    for member in entry.scope:
        if id := state.get(member):
            kind = {"id": entry.name, "scope_id": state.get("scope")}.get(member, member.removesuffix("_id"))
            return f"{kernel.settings.base_url}/{kind}/{id}" if kind in PAGES else home(kernel)
    return home(kernel)


def stop(kernel: Serving, person_id: str) -> str:
    return f"{kernel.settings.base_url}/mail/stop?person={person_id}&proof={_proof(kernel, person_id)}"


def is_stop(kernel: Serving, person_id: str, proof: str) -> bool:
    return compare_digest(_proof(kernel, person_id).encode(), proof.encode())


def _proof(kernel: Serving, person_id: str) -> str:
    return kernel.sign(f"mail:{person_id}".encode()).hex()


def return_path(kernel: Serving, mail_id: str) -> str:
    """The envelope's sender: it names the mail, so that a bounce says which one came back."""
    settings = kernel.settings
    if not settings.mail_bounces:
        return settings.mail_from
    local, _, domain = settings.mail_bounces.partition("@")
    return f"{local}+{mail_id}-{_return_proof(kernel, mail_id)}@{domain}"


def mail_of_return(kernel: Serving, address: str) -> str | None:
    """The mail that a return path names; None where it is none of ours."""
    local, _, domain = address.rpartition("@")
    base, _, own_domain = kernel.settings.mail_bounces.lower().partition("@")
    mail_id, _, proof = local.removeprefix(f"{base}+").partition("-")
    if not base or not local.startswith(f"{base}+") or domain != own_domain:
        return None
    return mail_id if compare_digest(_return_proof(kernel, mail_id).encode(), proof.encode()) else None


def _return_proof(kernel: Serving, mail_id: str) -> str:
    return kernel.sign(f"return:{mail_id}".encode()).hex()[:16]

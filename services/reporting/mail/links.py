"""Addresses in mails: pages, and what ends the mails of one person without a login, signed by the instance."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from services.reporting.web.registers import naming
from shared.contracts.language import AggregateType
from shared.http.serving import Serving


def home(kernel: Serving) -> str:
    return f"{kernel.settings.base_url}/"


def preferences(kernel: Serving) -> str:
    return f"{kernel.settings.base_url}/mail"


def page_of(kernel: Serving, entry: AggregateType, state: Mapping[str, Any]) -> str:
    """Where one looks at an aggregate; of a membership, at the figures of what it is for, where that has any."""
    of = f"projects.{state.get('scope')}"
    if of in naming.DASHBOARDS:
        return f"{kernel.settings.base_url}{naming.page_of(of, state['scope_id'])}"
    return f"{kernel.settings.base_url}{naming.page_of(f'{entry.service}.{entry.name}', state['id'])}"


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

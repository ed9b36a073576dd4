"""What holds of contracts made here; an import brings in what stands elsewhere, and reports what is odd."""

from shared.base.errors import Fault, Invalid
from shared.contracts.finance.vendors import Contract, ContractNoticeDue
from shared.domain.acts import CREATE
from shared.domain.due.days import days_ahead
from shared.domain.due.declaring import Due, Late
from shared.domain.stages import Act

NOTICE = Due(ContractNoticeDue, on=lambda contract: contract.notice_on, lead=days_ahead(90), late=Late.ALWAYS)
"""Told of a new contract too, as long as notice can be given."""


def act(deed: str, contract: Contract, before: Contract | None) -> Act:
    """A contract outlives its project: what is recorded of it is corrected afterwards."""
    return Act.NEW_CHILD if deed == CREATE else Act.CORRECTION


def is_sound(contract: Contract) -> None:
    if contract.starts_on and contract.ends_on and contract.ends_on < contract.starts_on:
        raise Invalid(
            "the contract ends before it starts", Fault("before_start", "too early", pointer="/ends_on")
        )
    if contract.starts_on and contract.notice_on and contract.notice_on < contract.starts_on:
        raise Invalid(
            "notice would have to be given before the contract starts",
            Fault("before_start", "too early", pointer="/notice_on"),
        )
    if contract.value is not None and contract.value.minor < 0:
        raise Invalid("the value is negative", Fault("negative", "not below zero", pointer="/value"))

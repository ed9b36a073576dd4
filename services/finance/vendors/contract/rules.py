"""What holds of contracts made here; an import brings in what stands elsewhere, and reports what is odd."""

from shared.base.errors import Fault, Invalid
from shared.contracts.finance.vendors import Contract
from shared.domain.acts import CREATE
from shared.domain.stages import Act


def act(deed: str, contract: Contract, before: Contract | None) -> Act:
    """A contract outlives its project: what is recorded of it is corrected afterwards."""
    return Act.NEW_CHILD if deed == CREATE else Act.CORRECTION


def is_sound(contract: Contract) -> None:
    if contract.starts_on and contract.ends_on and contract.ends_on < contract.starts_on:
        raise Invalid(
            "the contract ends before it starts", Fault("before_start", "too early", pointer="/ends_on")
        )
    if contract.value is not None and contract.value.minor < 0:
        raise Invalid("the value is negative", Fault("negative", "not below zero", pointer="/value"))

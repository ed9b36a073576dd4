"""What is checked of contracts against their vendor and what they are for."""

from services.finance.budget_line.commands import IMPORT
from services.finance.contract import rules
from services.finance.tables import KnownProgramme, KnownProject
from services.finance.vendor.model import VendorRow
from shared.contracts.finance import Contract
from shared.domain.references import exists, heard_of
from shared.domain.work import Work


async def check(work: Work, contract: Contract) -> None:
    if IMPORT not in work.scopes:
        rules.is_sound(contract)
    await exists(work, VendorRow, contract.vendor_id, "/vendor_id")
    await heard_of(work, KnownProject, contract.project_id, "/project_id")
    await heard_of(work, KnownProgramme, contract.programme_id, "/programme_id")

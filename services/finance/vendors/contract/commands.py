"""What is checked of contracts against their vendor and what they are for."""

from services.finance.budget.budget_line.commands import IMPORT
from services.finance.tables import KNOWN_PROJECT
from services.finance.vendors.contract import rules
from shared.contracts.finance.vendors import Contract
from shared.domain.acts import Acts, of_known_project
from shared.domain.work import Work

ACTS = Acts(of_known_project(KNOWN_PROJECT), rules.act)


async def check(work: Work, contract: Contract) -> None:
    if IMPORT not in work.scopes:
        rules.is_sound(contract)

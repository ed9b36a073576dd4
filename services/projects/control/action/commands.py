"""What is checked of actions."""

from services.projects.control.action import rules
from services.projects.standing import of_project_if_any
from shared.contracts.projects.control import Action
from shared.domain.acts import Acts
from shared.domain.work import Work

ACTS = Acts(of_project_if_any, rules.act)


async def check(work: Work, action: Action) -> None:
    rules.keep_first_day(action, work.before(action))

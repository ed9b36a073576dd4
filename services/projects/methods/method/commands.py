"""What is checked of methods when they are made or changed."""

from services.projects.methods.method import rules
from services.projects.methods.method.texts import text_in
from shared.contracts.projects.methods import Method
from shared.domain.work import Work


async def check(work: Work, method: Method) -> None:
    rules.piloted_stays(method, work.before(method))
    rules.parts_fit(method)
    method.title = text_in(method.name, method.language)

"""The registers of the group, with their routes."""

from services.projects.strategy.portfolio import api as portfolio
from services.projects.strategy.programme import api as programme
from shared.runtime.service import Group

STRATEGY = Group(
    routes=(portfolio.routes, programme.routes),
    registers=(portfolio.PORTFOLIOS, programme.PROGRAMMES),
)

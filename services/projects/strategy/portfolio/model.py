"""The table of portfolios."""

from services.projects.tables import Model
from shared.contracts.projects.strategy import Portfolio
from shared.store.rows import table_of

PortfolioRow = table_of(Portfolio, Model)

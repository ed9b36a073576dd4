"""What the group computes."""

from services.risk.quantification.simulation import api as simulation
from shared.runtime.service import Group

QUANTIFICATION = Group(routes=(simulation.routes,), operations=(simulation.TRIAL,))

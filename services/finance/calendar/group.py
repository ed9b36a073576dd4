"""The registers of the group, with their routes."""

from services.finance.calendar.rate_card import api as rate_card
from shared.runtime.service import Group

CALENDAR = Group(routes=(rate_card.routes,), registers=(rate_card.RATE_CARDS,))

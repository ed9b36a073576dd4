"""A restricted aggregate for tests, in finance: a rate card, with moves of every kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import cache
from typing import Annotated

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from services.finance.service import SERVICE as FINANCE
from shared.base.money import Money
from shared.contracts.language import CATALOGUE, EVENT_TYPES, Aggregate, Line, Reasoned, aggregate, fact
from shared.contracts.members import filterable, label, not_given, searched, sortable
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.register import Register
from shared.domain.work import expect_version
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.path import Id
from shared.http.routes import Routes
from shared.runtime.service import Group, Service
from shared.store.columns import NAMING, Row, own_registry
from shared.store.rows import table_of

SECRET = "987.65"


class RateState(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"


class RateCard(Aggregate):
    """What an hour costs."""

    name: Annotated[Line, label, sortable, searched]
    hourly: Money
    state: Annotated[RateState, filterable, not_given] = RateState.DRAFT


class RateCardAgreed(Reasoned):
    """Both sides signed."""


class Model(SQLModel, registry=own_registry()):
    """The base of the tables of this test."""


@cache
def rate_card_row() -> type[Row]:
    """Made while the catalogue knows the shape."""
    return table_of(RateCard, Model)


LIFECYCLE = Lifecycle("state", {"agree": Move(RateState.DRAFT, RateState.AGREED, RateCardAgreed)})


@contextmanager
def declared() -> Iterator[Service]:
    """The finance service with rate cards, which the catalogue knows while the block lasts."""
    shapes, events = dict(CATALOGUE), dict(EVENT_TYPES)
    aggregate("finance", "rate-cards", visibility="restricted")(RateCard)
    fact(RateCard, "agreed")(RateCardAgreed)
    try:
        yield _service()
    finally:
        for expected, before in ((CATALOGUE, shapes), (EVENT_TYPES, events)):
            expected.clear()
            expected.update(before)  # type: ignore[arg-type]


def _service() -> Service:
    cards = Register(RateCard, rate_card_row(), lifecycle=LIFECYCLE)
    routes = Routes("finance", "Rate cards")
    register_routes(routes, cards)

    @routes.post("/v1/rate-cards/{id}/round", needs_match=True, refusals=(404,))
    async def round_(call: Call, id: Id) -> RateCard:
        """Round a rate."""
        card = await call.work.load(RateCard, id)
        expect_version(card, call.if_match)
        return card

    tables = MetaData(naming_convention=NAMING)
    for table in (*FINANCE.metadata.tables.values(), *Model.metadata.tables.values()):
        table.to_metadata(tables)
    return replace(
        FINANCE,
        metadata=tables,
        groups=(*FINANCE.groups, Group(routes=(routes,), registers=(cards,))),
    )

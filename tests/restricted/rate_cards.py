"""A restricted aggregate for tests, in finance: a rate card, with moves of every kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Any

from sqlalchemy import MetaData, Text
from sqlmodel import SQLModel

from services.finance.service import SERVICE as FINANCE
from shared.base.money import Money
from shared.contracts.language import CATALOGUE, EVENT_TYPES, Aggregate, Line, Reasoned, aggregate, fact
from shared.domain.filters import Filters
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.register import Register, request_shape
from shared.domain.work import expect_version
from shared.http.call import Call
from shared.http.collection import register_routes
from shared.http.routes import Routes
from shared.runtime.service import Service
from shared.store.columns import KEY, NAMING, Field, Row, by_external_key, own_registry

SECRET = "987.65"


class RateState(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"


class RateCard(Aggregate):
    """What an hour costs."""

    name: Line
    hourly: Money
    state: RateState = RateState.DRAFT


class RateCardAgreed(Reasoned):
    """Both sides signed."""


class Model(SQLModel, registry=own_registry()):
    """The base of the tables of this test."""


class RateCardRow(Row, Model, table=True):
    __tablename__ = "rate_card"
    __table_args__ = (by_external_key("rate_card"),)

    name: str = Field(sa_type=KEY)
    state: str = Field(sa_type=Text)
    name_sort: str = Field(sa_type=KEY)
    search_text: str = Field(sa_type=KEY)


CREATE = request_shape("RateCardCreate", RateCard, ("name", "hourly", "external_ref"))
LIFECYCLE = Lifecycle(
    "state", {"agree": Move(frozenset({RateState.DRAFT}), RateState.AGREED, RateCardAgreed)}
)


@contextmanager
def declared() -> Iterator[Service]:
    """The finance service with rate cards, which the catalogue knows while the block lasts."""
    shapes, events = dict(CATALOGUE), dict(EVENT_TYPES)
    aggregate("finance", "rate-cards", visibility="restricted")(RateCard)
    fact(RateCard, "agreed")(RateCardAgreed)
    try:
        yield _service()
    finally:
        for known, before in ((CATALOGUE, shapes), (EVENT_TYPES, events)):
            known.clear()
            known.update(before)  # type: ignore[arg-type]


def _service() -> Service:
    cards = Register(
        shape=RateCard,
        row=RateCardRow,
        create=CREATE,
        revise=request_shape("RateCardRevise", RateCard, ("name", "hourly")),
        filters=Filters(columns={"name": "text", "state": "code"}, sorts=("name",), search=("name",)),
        lifecycle=LIFECYCLE,
    )
    routes = Routes("finance", "Rate cards")
    register_routes(routes, cards)

    @routes.route("POST", "/v1/rate-cards/{id}/round", id="rate_cards_round", shape=RateCard,
                  summary="Round a rate", needs_match=True, refusals=(404,))  # fmt: skip
    async def round_(call: Call, id: str) -> Any:
        card = await call.work.load(RateCard, id)
        expect_version(card, call.if_match)
        return card

    tables = MetaData(naming_convention=NAMING)
    for table in (*FINANCE.metadata.tables.values(), RateCardRow.__table__):  # type: ignore[attr-defined]
        table.to_metadata(tables)
    return replace(
        FINANCE,
        metadata=tables,
        routes=(*FINANCE.routes, routes),
        registers=(*FINANCE.registers, cards),
    )

"""The table of envelopes, what is used of each by day, and its room: the sums by which it is bounded."""

from services.finance.tables import Model
from shared.contracts.finance.budget import BudgetEnvelope
from shared.store.columns import ID, KEY, BigInteger, Field, Index
from shared.store.rows import table_of

EnvelopeRow = table_of(BudgetEnvelope, Model)


class RoomRow(Model, table=True):
    """How much an envelope holds, and how much of that is taken, in minor units.

    `parts` is what parts of its own kind hold, `years` what annual parts of a multi-year one hold. `own` is what is promised
    and spent of it beside its parts, `reserved` what of that is only reserved; `used` is what is used of it and of its
    parts. `told_percent` is the highest threshold that was told for this amount.
    """

    __tablename__ = "envelope_room"

    envelope_id: str = Field(sa_type=ID, primary_key=True)
    open: int = Field(sa_type=BigInteger)
    amount: int = Field(sa_type=BigInteger)
    parts: int = Field(sa_type=BigInteger)
    years: int = Field(sa_type=BigInteger)
    own: int = Field(sa_type=BigInteger)
    reserved: int = Field(sa_type=BigInteger)
    used: int = Field(sa_type=BigInteger)
    told_percent: int = Field(sa_type=BigInteger)


class UseRow(Model, table=True):
    """What a source adds to the use of an envelope from a day on, in minor units; what is below zero takes back."""

    __tablename__ = "envelope_use"
    __table_args__ = (Index("ix_envelope_use__envelope_id_day", "envelope_id", "day"),)

    source: str = Field(sa_type=KEY, primary_key=True)
    """What it is of: the type and id of the commitment, project or cost, and its version."""
    envelope_id: str = Field(sa_type=ID, primary_key=True)
    scope_id: str | None = Field(sa_type=ID)
    """In what the source lies: who does not see that is not told of it."""
    day: int = Field(sa_type=BigInteger)
    reserved: int = Field(sa_type=BigInteger)
    approved: int = Field(sa_type=BigInteger)
    committed: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)


class DrawRow(Model, table=True):
    """What a project takes of an envelope, in minor units: its budget, and what of it is spent."""

    __tablename__ = "envelope_draw"

    project_id: str = Field(sa_type=ID, primary_key=True)
    envelope_id: str = Field(sa_type=ID)
    currency: str = Field(sa_type=KEY)
    budget: int = Field(sa_type=BigInteger)
    spent: int = Field(sa_type=BigInteger)

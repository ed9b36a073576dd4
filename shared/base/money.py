"""Money: integer minor units inside, `{"amount": "1234.50", "currency": "CHF"}` on the wire, never a float."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.base.currencies import DECIMALS
from shared.base.texts import Text

LARGEST_MINOR = 10**18 - 1
"""The largest amount in minor units: what fits a 64-bit column with room for sums."""

TOO_LARGE = "the amount has more than 18 digits"
"""Why a sum is not given as money."""

_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,4})?")


def _listed_code(code: str) -> str:
    if code not in DECIMALS:
        raise ValueError("not a currency of ISO 4217")
    return code


def _listed(schema: dict[str, Any]) -> None:
    schema["enum"] = sorted(DECIMALS)


CurrencyCode = Annotated[
    str, Field(examples=["CHF"], json_schema_extra=_listed), AfterValidator(_listed_code)
]
"""A currency of ISO 4217."""


class Money(BaseModel):
    """An exact amount of one currency; `amount` is a decimal string with at most the currency's own decimals."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"amount": "1234.50", "currency": "CHF"}]},
    )

    amount: Annotated[str, Field(max_length=24, pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$")]
    """A decimal text with at most the currency's own decimals, such as 1234.50."""
    currency: CurrencyCode
    """Three letters of ISO 4217."""

    @field_validator("amount", mode="before")
    @classmethod
    def _a_string(cls, amount: Any) -> Any:
        if not isinstance(amount, str):
            raise ValueError("an amount is a decimal string, never a number")
        if not _AMOUNT.fullmatch(amount):
            raise ValueError("an amount looks like 1234.50")
        return amount

    @model_validator(mode="after")
    def _as_the_currency_writes_it(self) -> "Money":
        whole, _, decimals = self.amount.lstrip("-").partition(".")
        places = DECIMALS[self.currency]
        if len(decimals) > places:
            raise ValueError(
                Text(
                    "{currency} has {places} {places:decimal|decimals}", currency=self.currency, places=places
                )
            )
        if len(whole) + places > 18:
            raise ValueError("the amount is too large")
        written = f"{whole}.{decimals.ljust(places, '0')}" if places else whole
        sign = "-" if self.amount.startswith("-") and written.strip("0.") else ""
        object.__setattr__(self, "amount", sign + written)
        return self

    @property
    def minor(self) -> int:
        """The amount in minor units (cents, rappen)."""
        return int(self.amount.replace(".", ""))

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        return cls.model_construct(amount=wire_amount(minor, currency), currency=currency)

    @classmethod
    def nearest(cls, minor: int, currency: str) -> "Money":
        """The amount, or the largest there is where a sum has more digits than money may have."""
        return cls.of(max(-LARGEST_MINOR, min(minor, LARGEST_MINOR)), currency)

    @classmethod
    def read(cls, wire: Mapping[str, str]) -> "Money":
        """An amount from the wire form that Portolan itself wrote: not checked again."""
        return cls.model_construct(amount=wire["amount"], currency=wire["currency"])


def minor_of(wire: Mapping[str, str]) -> int:
    """The minor units of an amount in the wire form that Portolan itself wrote: not checked again."""
    return int(wire["amount"].replace(".", ""))


def wire_amount(minor: int, currency: str) -> str:
    """`123450, "CHF"` -> `"1234.50"`."""
    places = DECIMALS[currency]
    if not places:
        return str(minor)
    digits = str(abs(minor)).rjust(places + 1, "0")
    return f"{'-' if minor < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def to_minor(amount: Decimal, currency: str) -> int:
    """The nearest whole number of minor units, ties to even."""
    return int(amount.scaleb(DECIMALS[currency]).quantize(Decimal(1), ROUND_HALF_EVEN))


def percent(part: int, whole: int) -> str | None:
    """`part` as a percentage of `whole` with two decimals, half-even; None where `whole` is 0."""
    if whole == 0:
        return None
    rounded = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    return str(rounded + 0)  # a trifle below nothing is 0.00, not -0.00

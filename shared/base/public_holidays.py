"""The public holidays of countries and their regions, from the `holidays` package: imported when first asked for."""

from datetime import date
from functools import cache

from shared.base.errors import Invalid
from shared.base.texts import Text


@cache
def public_holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    """The public holidays of one year, observed days included. `country` is its code in ISO 3166-1, `region` in ISO
    3166-2 without the country.

    Invalid where the package knows no such place (`unknown_holidays`).
    """
    from holidays import country_holidays

    try:
        return frozenset(country_holidays(country, subdiv=region, years=year))
    except NotImplementedError as unknown:
        where = country if region is None else f"{country}, {region}"
        raise Invalid(
            Text("no public holidays are known for {where}", where=where), code="unknown_holidays"
        ) from unknown

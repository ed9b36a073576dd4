"""Every column of every store is an integer or a text, so that both databases compare alike; bytes are not compared."""

import pytest
from sqlalchemy import Integer, LargeBinary, String

from services.embedded import SERVICES
from shared.runtime.service import Service


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_columns_are_integers_and_texts_or_bytes(service: Service) -> None:
    others = [
        f"{column}: {column.type!r}"
        for table in service.metadata.tables.values()
        for column in table.columns
        if not isinstance(column.type, (Integer, String, LargeBinary))
    ]
    assert not others

"""Every column of every store is an integer or a text, so that both databases compare alike; bytes are never compared."""

import pytest
from sqlalchemy import Integer, String

from services.embedded import SERVICES
from shared.runtime.service import Service

BYTES = ("data",)
"""Of `content_piece`: the bytes of files."""


@pytest.mark.parametrize("service", SERVICES, ids=lambda s: s.name)
def test_columns_are_integers_and_texts(service: Service) -> None:
    others = [
        f"{column}: {column.type!r}"
        for table in service.metadata.tables.values()
        for column in table.columns
        if not isinstance(column.type, (Integer, String)) and column.name not in BYTES
    ]
    assert not others

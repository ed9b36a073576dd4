"""Tables as people have them, and a running Portolan into which they are brought."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from services.imports.server import Server
from services.imports.tables.comparing import Preview
from services.imports.tables.conventions import survey
from services.imports.tables.mapping import ColumnMapping, Mapping
from services.imports.tables.reading import tables_of
from services.imports.tables.running import TableImport
from services.imports.tables.spool import Spool
from services.imports.tables.targets import target_named
from tests.conftest import Portolan


def write_table(folder: Path, *lines: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def mapped(register: str, key: str | tuple[str, ...] = (), **columns: str | ColumnMapping) -> Mapping:
    """A mapping of columns to members; a column that needs more than its member is given whole."""
    one_by_one = tuple(
        ColumnMapping(column=name, member=to) if isinstance(to, str) else to for name, to in columns.items()
    )
    keys = (key,) if isinstance(key, str) else key
    return Mapping(register=register, source="sheet", key=keys, columns=one_by_one)


class Result:
    """What an import came to."""

    def __init__(self, run: TableImport, preview: Preview) -> None:
        self.preview, self.run = preview, run
        self.summary: dict[str, Any] = run.summary()
        self.change_texts = {(c.line, c.column): run.comparing.texts_of(c, preview) for c in preview.changes}
        """(line, column) -> the old and the new value, as people read them."""
        self.refused = list(run.spool.cells("reasons IS NOT NULL"))

    @property
    def counts(self) -> dict[str, int]:
        return {
            name: n for name in ("created", "changed", "unchanged", "refused") if (n := self.summary[name])
        }

    @property
    def findings(self) -> list[tuple[int, str, str]]:
        """(line, code, column)."""
        return [(f.line, f.code, f.column) for f in self.run.findings.items]


@asynccontextmanager
async def client_of(portolan: Portolan, role: str = "service") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(portolan.running)
    headers = {"Authorization": f"Bearer {portolan.token(role)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://portolan", headers=headers) as client:
        yield client


async def imported(
    portolan: Portolan, path: Path, mapping: Mapping, *, validate_only: bool = False, role: str = "service"
) -> Result:
    [table] = tables_of(path)
    surveyed, target = survey(table), target_named(mapping.register)
    async with client_of(portolan, role) as client:
        with Spool() as spool:
            run = TableImport(
                table, mapping, target, surveyed, Server(client), spool, validate_only=validate_only
            )
            run.judge()
            await run.look_up()
            preview = await run.compare()
            await run.send()
            await portolan.settled()
            return Result(run, preview)

"""What a table names and Portolan lacks is made before its rows: portfolios, programmes, vendors, persons, by their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.imports.tables.judging import LONGEST_KEY, Column
from services.imports.tables.lookups import Lookups, Missing
from services.imports.tables.references import MAKEABLE
from services.imports.upserts import Sender, Stage, Upsert
from shared.base.ids import new_id
from shared.contracts.forms import Entry, by_kind, model_of


@dataclass(frozen=True, slots=True)
class Making:
    """What is made of one kind."""

    entry: Entry
    names: tuple[Missing, ...]


def _order(making: Making) -> int:
    return MAKEABLE.index(making.entry.name)


def makings(lookups: Lookups, service: str) -> list[Making]:
    """What is to be made, by kind, parents first."""
    kinds = by_kind(service)
    makings_of_kinds = [Making(kinds[kind], tuple(missing)) for kind, missing in lookups.makes.items()]
    return sorted(makings_of_kinds, key=_order)


@dataclass
class Maker:
    """Makes it, and answers the ids by which the rows name it."""

    sender: Sender
    lookups: Lookups
    columns: Sequence[Column]
    file: str

    async def make(self, making: Sequence[Making]) -> dict[tuple[str, str], str | None]:
        """(member, text) -> id; None where it was refused. Of a trial: an id that nothing has."""
        ids: dict[tuple[str, str], str | None] = {}
        for one in making:
            collection = f"{one.entry.service}/v1/{one.entry.collection}"
            members = [c for c in self.columns if one.entry.name in c.field.of.names]
            upserts = [self._upsert(one.entry, missing, making) for missing in one.names]
            await self.sender.send(Stage(one.entry.collection, collection, upserts))
            for upsert, missing in zip(upserts, one.names, strict=True):
                place = (collection, upsert.key)
                id = self.sender.ids.get(place)
                if id is None and place in self.sender.would_be:
                    id = str(new_id())
                ids.update({(column.path, missing.text): id for column in members})
        return ids

    def _upsert(self, entry: Entry, missing: Missing, making: Sequence[Making]) -> Upsert:
        body: dict[str, Any] = {entry.title[0]: missing.text}
        if entry.name == "person" and "@" in missing.text:
            body = {"name": name_of_mail(missing.text), "email": missing.text}
        parents: dict[str, tuple[str, str]] = {}
        for path, (name, id) in self._beside(entry, missing.text).items():
            if id is not None:
                body[path] = id
            elif above := next((m.entry for m in making if m.entry.name in entry.names[path]), None):
                parents[path] = (f"{above.service}/v1/{above.collection}", name[:LONGEST_KEY])
        return Upsert(missing.text[:LONGEST_KEY], body, self.file, missing.line, parents)

    def _beside(self, entry: Entry, name: str) -> dict[str, tuple[str, str | None]]:
        """The portfolio of a programme is that of the rows that name it, where they agree; its persons are its own."""
        beside = self.lookups.beside.get((entry.name, name), {})
        return {
            path: next(iter(names))
            for path, names in beside.items()
            if len(names) == 1 and "person" not in entry.names.get(path, ("person",))
            and path in model_of(entry).creates
        }  # fmt: skip


def name_of_mail(mail: str) -> str:
    """`anna.weber@example.org` is Anna Weber."""
    parts = mail.partition("@")[0].replace("_", ".").split(".")
    return " ".join(part[:1].upper() + part[1:] for part in parts if part)

"""The files of the schemas: drafts, which change freely, and releases, to which is only ever added.

An aggregate's schemas are drafts until the first journey that uses it is released. `make contracts` writes what is
declared; `make release-contracts ARGS="projects.project"` turns the drafts of an aggregate into releases.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.catalogue import CATALOGUE
from shared.contracts.compatibility import breaks
from shared.contracts.language import AggregateType
from shared.contracts.schema import Schema, all_schemas, schemas_of, to_text

FOLDER = Path(__file__).parent / "schemas"

_FILE_NAME = re.compile(r"[a-z0-9_.]+\.json")


@dataclass(frozen=True)
class Files:
    """The schemas in the folders `released/` and `draft/`; both as file name -> closed schema."""

    folder: Path = FOLDER

    @property
    def drafts(self) -> Path:
        return self.folder / "draft"

    @property
    def releases(self) -> Path:
        return self.folder / "released"

    def released(self) -> dict[str, Schema]:
        return _read(self.releases)

    def drafted(self) -> dict[str, Schema]:
        return _read(self.drafts)

    def find(self, name: str) -> tuple[Schema, bool] | None:
        """The closed schema in the file of this name, and whether it is a draft; None where there is no such file."""
        if not _FILE_NAME.fullmatch(name):
            return None
        for folder, is_draft in ((self.releases, False), (self.drafts, True)):
            if (folder / name).is_file():
                schema: Schema = json.loads((folder / name).read_text())
                return schema, is_draft
        return None

    def faults(self) -> list[str]:
        """Why the files are not what is declared, each with what to do; empty where they are."""
        released, declared = self.released(), all_schemas()
        faults = refusals(released, declared)
        faults += [
            f"{name} has gained members: run `make contracts`"
            for name, schema in released.items()
            if name in declared and schema != declared[name] and not breaks(schema, declared[name])
        ]
        if self.drafted() != {name: schema for name, schema in declared.items() if name not in released}:
            faults.append("the drafts are not what is declared: run `make contracts`")
        return faults

    def write(self) -> list[str]:
        """Write what is declared; answers what is refused, because it does not only add to a release."""
        released, declared = self.released(), all_schemas()
        self.drafts.mkdir(parents=True, exist_ok=True)
        for stale in self.drafted().keys() - (declared.keys() - released.keys()):
            (self.drafts / stale).unlink()
        for name, schema in declared.items():
            if name not in released:
                (self.drafts / name).write_text(to_text(schema))
            elif not breaks(released[name], schema):
                (self.releases / name).write_text(to_text(schema))
        return refusals(released, declared)

    def release(self, aggregates: Iterable[AggregateType]) -> list[str]:
        """Turn the drafts of these into releases; answers the names that are new among the releases."""
        new = [name for entry in aggregates for name in schemas_of(entry) if name not in self.released()]
        self.write()
        self.releases.mkdir(exist_ok=True)
        for name in new:
            (self.drafts / name).rename(self.releases / name)
        return new


FILES = Files()


def refusals(released: dict[str, Schema], declared: dict[str, Schema]) -> list[str]:
    """What of the releases is not kept by what is declared."""
    gone = [f"{name} is gone, and consumers may still read it" for name in released if name not in declared]
    return gone + [
        f"{name} is not an addition, so add a v2: {'; '.join(changes)}"
        for name, schema in released.items()
        if name in declared and (changes := breaks(schema, declared[name]))
    ]


def aggregates_named(names: Sequence[str]) -> list[AggregateType]:
    """The aggregates `<service>.<aggregate>`, such as `projects.project`; ValueError names one that there is not."""
    by_name = {f"{entry.service}.{entry.name}": entry for entry in CATALOGUE.values()}
    if unknown := [name for name in names if name not in by_name]:
        raise ValueError(f"{', '.join(unknown)}: expected are some of {', '.join(by_name)}")
    return [by_name[name] for name in names]


def _read(folder: Path) -> dict[str, Schema]:
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}

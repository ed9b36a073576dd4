"""The rows that did not come in whole, as a file to correct and send again."""

import csv
import re
from pathlib import Path

from services.imports.tables.spool import Spool
from services.imports.tables.table import Table
from services.imports.tables.unfolding import refolded
from shared.base.formulas import harmless

_NUMBER = re.compile(r"[-+]?[0-9][0-9'’.,\s]*")


def write_refused(path: Path, table: Table, spool: Spool) -> int:
    """Write them as they stand in the file, with the line and the reasons in columns of their own; answers how many.

    Where there are none, there is no file. Of a line with several periods only those stand in it that did not come in.
    """
    count = 0
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        columns = table.columns if table.unfolding is None else table.unfolding.sheet_columns
        writer.writerow([*columns, "line", "reasons"])
        for line, cells, reasons in refolded(table, spool.cells("reasons IS NOT NULL")):
            writer.writerow([*(protected(cell) for cell in cells), line, "; ".join(reasons)])
            count += 1
    if not count:
        path.unlink()
    return count


def protected(cell: str) -> str:
    """A spreadsheet must not take a text for a formula; a number stays one, whatever its sign."""
    return cell if _NUMBER.fullmatch(cell) else harmless(cell)

"""The process in which a library reads a workbook: it writes a line of JSON for each sheet and for each line of it.

    {"sheet": "Projects", "visible": true, "merged": [[1, 0, 1, 3]]}
    [1, "Code", "Name"]
    {"too_long": [2, 0]}

The last one says that the sheet is not read any further, because of the cell in line 2, column 0.
It ends with 2 where the file is no workbook, with 3 where it has a password, and otherwise where the memory does not do.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

SECONDS_OF_WORK = 50
LARGEST_ANSWER = 512 * 1024**2


def main(path: str, memory: int, longest: int) -> int:
    """Writes what the workbook holds."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_WORK, SECONDS_OF_WORK))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere it is not heeded, or forbids what a process begins with
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(path) as workbook:
            for sheet in workbook.sheets_metadata:
                _write_sheet(
                    workbook.get_sheet_by_name(sheet.name), sheet.visible == SheetVisibleEnum.Visible, longest
                )
    except PasswordError:
        return 3
    except CalamineError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 2
    return 0


def _write_sheet(sheet: Any, is_visible: bool, longest: int) -> None:
    ranges = sheet.merged_cell_ranges or []
    merged = [[top + 1, first, bottom + 1, last] for (top, first), (bottom, last) in ranges]
    print(json.dumps({"sheet": sheet.name, "visible": is_visible, "merged": merged}))
    if sheet.start is None:
        return
    indent = [None] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), 1):
        while row and row[-1] == "":
            row.pop()
        long = next((i for i, cell in enumerate(row) if isinstance(cell, str) and len(cell) > longest), None)
        if long is not None:
            print(json.dumps({"too_long": [number, long + len(indent)]}))
            return
        if row:
            print(json.dumps([number, *indent, *map(_plain, row)]))


def _plain(value: Any) -> Any:
    match value:
        case "":
            return None
        case datetime() | date():
            return {"day": value.isoformat()}
        case time():
            return {"time": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

"""Everything out: a folder of JSON Lines with all history, files, a workbook, and what it is of. A client of the public API."""

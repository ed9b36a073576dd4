"""How large a table may be. Rows are read one at a time, so these bound time and what a person can look through."""

from shared.base.filetypes import LARGEST_LIST

ROWS = 1_048_576
"""Lines of a table: as many as a sheet of a spreadsheet has. A longer file cannot be looked at or corrected there."""
COLUMNS = 1_000
CELL = 131_072
"""Characters of a cell: four times what a spreadsheet can hold in one."""
LINE = 4_000_000
"""Characters of a line of a text file."""
TEXT_FILE = 2 * 1024**3
"""Bytes of a text file."""
RECORD = 8_000_000
"""Characters of one element of a JSON array."""
PACKAGE = 256 * 1024**2
"""Bytes of a workbook as it lies on the disk."""
PART = 1024**3
"""Bytes that one sheet may have when it is inflated."""
SMALL_PART = 16 * 1024**2
"""The same of what describes a workbook: its list of sheets, its styles."""
SHARED_TEXTS = 96 * 1024**2
"""Bytes of the texts that the sheets of a workbook share. They are held in memory."""
RATIO = 250
"""How much smaller than its content a part may be packed; sheets are packed to a fifth or a hundredth."""
DIRECTORY = LARGEST_LIST
"""Bytes of the list of parts of a workbook: some thousand parts. With a longer one a file is not known as a workbook."""
OLDER_WORKBOOK = 64 * 1024**2
"""Bytes of a workbook of another format (.xls, .xlsb, .ods), which is read as a whole."""
OLDER_WORKBOOK_MEMORY = 256 * 1024**2
"""Bytes of addresses of the process that reads one."""
TOKEN = 1024**2
"""Bytes of one tag of a workbook: a parser reads an unfinished one again and again."""
DEPTH = 100
"""Elements of a workbook within each other."""
NAMES = 10_000
"""Different names of elements and attributes of a workbook: a parser keeps them all."""
ARRAYS = 1_000
"""Arrays of a file of JSON."""
MERGED = 100_000
"""Merged ranges of a sheet."""

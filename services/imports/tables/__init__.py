"""Tables of any organisation brought into any register: CSV files and workbooks with column names of their own.

table, reading         what a table is; files become tables: text files, workbooks, JSON
surveying, decisions   what the cells of a column show together; questions: what must be asked
cells                  one cell becomes the JSON of a member: days, amounts, choices, texts
targets                what a table can be brought into: registers and their members, from the form models
proposing, keys        which column fills which member, from names (wordings, naming) and from cells (fitting); the key
mapping                which column goes where and how it is read; mapping_files: the same as TOML, for the next time
judging, spool         every row judged, and kept in a temporary file
lookups, making        what rows name, found or made
comparing, sending     beside what is there: new, changed, unchanged; sent in batches
running                all of it, in its order
orders, job            the same as work for a process of its own, for pages
templates              empty tables to fill in, with an example and the choices
"""

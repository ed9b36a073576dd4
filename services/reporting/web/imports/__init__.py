"""The pages by which tables and files of other systems are brought in: choose, look at what becomes of it, check, import.

drafts    a table, or files, on their way in, as the store keeps them
forms     the controls of a mapping, and the mapping that a form says
files     the controls of files of another system, and what a form says of them
carrying  the work in a process of its own, under a lease
api       the addresses
"""

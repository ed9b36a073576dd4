"""The directory: of every aggregate that is known here by what it is found, where it lies, and which persons it names.

tables       one row for an aggregate, one for each person that it names
kinds        which members of a kind stand in the directory
projection   the fold, and the same from states that stand
sight        the rows that a caller sees, as SQL
search       what is found for some words, in the order in which people look for it
api          the search over REST
"""

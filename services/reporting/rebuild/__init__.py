"""The projection made anew in bulk: rows straight from the outboxes, indices afterwards, then put in place at once.

rows      a row of an outbox -> a row of history
loading   outboxes -> history: reading, making and writing overlap
folding   history -> contributions and figures, project by project
places    where the new tables are made, and how they take the place of the live ones
making    all of it, in order
"""

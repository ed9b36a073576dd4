"""The public record of United States federal IT projects, as its three files were published.

columns    the columns of the three files, under all their names
reading    the files -> rows with their line numbers
judging    what is odd in a row
mends      what to do about each kind of finding
mapping    rows -> upserts: agency = portfolio, investment = programme, project = project
importing  the whole import, and its summary
"""

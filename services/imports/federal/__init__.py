"""The public record of United States federal IT projects, as its three files were published.

reading    the files -> rows with their line numbers
judging    what is odd in a row
mapping    rows -> upserts: agency = portfolio, investment = programme, project = project
importing  the whole import, and its summary
"""

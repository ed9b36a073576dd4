"""Sums and counts of portfolios, kept as differences by day: a fold costs what changed, not what is there (ADR 0028).

contributions  what a row of figures adds to which cell, from which day on: a pure function
limits         the thresholds of portfolios day by day
tables         the rows of differences, the sums of today, the thresholds
projection     what a batch of events adds to them
view           the cells as of a day
parts          the cells of some projects, to show only them or to take them off
audit          the same counted again from the figures
"""

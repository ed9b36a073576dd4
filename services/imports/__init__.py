"""Imports: other systems' portfolios brought in through the public REST API, with a report of everything odd.

findings   what was odd, where, and what was done
upserts    what is to be put, in stages, and how it is sent
recording  what was written, noted in reporting; undoing: the way back
tables     any table into any register
history    an exported folder, read into an empty instance
breakdown  projects with their packages, persons and bookings, whatever system tells of them
plans      plan files of Microsoft Project and Primavera
projectonline  extracts of Project Online's OData feed
jira       issues of Jira, as JSON or CSV
federal    the public record of United States federal IT projects
gmpp       the yearly reports of the United Kingdom's major projects
"""

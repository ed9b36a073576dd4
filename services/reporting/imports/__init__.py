"""The record of what was imported: by it an import is listed, and can be taken back.

tables    a row for each import, and one for each version that it made
shapes    what is sent and answered
records   reading and writing of the rows
api       the addresses
"""

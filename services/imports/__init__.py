"""Imports: other systems' portfolios brought in through the public REST API, with a report of everything odd.

findings   what was odd, where, and what was done
upserts    what is to be put, in stages, and how it is sent
federal    the public record of United States federal IT projects
"""

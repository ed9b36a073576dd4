"""What becomes due: rows written with their cause, and told once when their instant has come.

declaring   what an aggregate says of it: `Due(WorkPackageOverdue, at=…)` in its register
rows        the row beside the aggregate, written in the commit that changes its instant
days        instants of days in the zone of the instance, in days and in working days before them
calendar    the organisation's working days, as a service keeps them
cadences    repeated instants: rules of RFC 5545
scheduler   tells what is due, one process of a service at a time
audit       whether the rows follow from their aggregates
arming      rows for aggregates that were there before the declaration
"""

"""The figures of a project: what its states say by the end of a day, stored a row per day on which one changed.

compute     states of one project -> figures, a pure function
tables      one row per project and day
projection  which rows a batch of events makes new
health      figures and thresholds -> green, amber, red, with reasons
"""

"""The United Kingdom's Government Major Projects Portfolio: a project-year a row, replayed as dated facts.

reading      the files -> reports, one per project and year; what could not be read
recognising  which reports of different years are of one project, though names and departments change
mapping      reports -> what is put in a year, and what of it is a decision of this import
importing    the replay, oldest year first; what stands already is left alone
"""

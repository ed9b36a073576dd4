"""Plan files (Microsoft Project, Primavera) as projects with work packages.

plan     a plan as the import needs it, whoever read the file
losses   what of plans has no place in Portolan
mapping  plans -> drafts
"""

"""Projects with their breakdown of work: what plan files, Project Online and Jira have in common.

drafts     projects, packages, persons and bookings as a file tells of them, and what of it has no place here
sources    files as lists of members: JSON documents, and tables
records    members by name, read as texts, days, numbers, yes or no
texts      texts of other systems made fit for members
outline    packages as a tree with codes
present    what Portolan has of them already
own_fields fields of the other system, where the organisation has declared the same
portfolios the portfolio of new projects
people     persons found in the directory, or made
stages     drafts -> upserts
progress   progress reported where it differs
importing  the whole import, and its summary
"""

"""Jira's issues, from the JSON of its search or from its CSV export.

issues      an issue as the import needs it, and what its status means
fields      members of the JSON: people, dates, custom fields, descriptions as documents
reading     files -> issues
mapping     issues -> drafts
"""

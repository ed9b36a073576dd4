"""Extracts of Project Online's OData feed (`ProjectData`): projects, tasks, resources and assignments, as JSON or CSV.

feed     a folder of files -> entity sets
mapping  entity sets -> drafts
"""

"""Persons, those who work on projects."""

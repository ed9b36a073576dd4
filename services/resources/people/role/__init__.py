"""Roles, in which people work."""

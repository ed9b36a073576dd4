"""Roles in projects: who has which, and on which days."""

"""Scorings: what one assessor thinks of a request or a project."""

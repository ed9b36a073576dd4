"""Actual costs, forecasts, and what is measured of a project."""

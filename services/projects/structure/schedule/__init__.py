"""Schedules: dates and floats of plans, computed by workers."""

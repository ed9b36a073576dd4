"""Exceptions: which forecasts have left a tolerance, how far, and for how long."""

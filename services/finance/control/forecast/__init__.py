"""Forecasts of the cost at completion."""

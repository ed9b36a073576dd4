"""Engines of risk: simulation; pure functions over plain typed values."""

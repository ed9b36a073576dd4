"""Engines of reporting: portfolio selection; pure functions over plain typed values."""

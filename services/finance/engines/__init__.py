"""Engines of finance: valuation; pure functions over plain typed values."""

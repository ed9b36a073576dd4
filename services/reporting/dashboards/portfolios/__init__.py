"""Portfolios as counts and sums."""

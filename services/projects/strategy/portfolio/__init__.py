"""Portfolios, the hierarchy under which projects are steered."""

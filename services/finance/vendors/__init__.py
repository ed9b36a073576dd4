"""Vendors and the contracts with them."""

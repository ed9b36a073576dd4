"""Budgets by fiscal year."""

"""Budgets, opened and closed by the life of their projects."""

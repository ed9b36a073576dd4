"""Selections of projects under budgets and capacities, computed by workers."""

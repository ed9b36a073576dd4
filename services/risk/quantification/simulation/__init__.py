"""Simulations of schedule and cost, computed by workers."""

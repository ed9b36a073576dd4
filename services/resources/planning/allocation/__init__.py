"""Allocations, the booking of persons on projects."""

"""Orientations: what decisions are to follow."""

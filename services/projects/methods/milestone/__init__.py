"""Milestones: points by which something is to be reached."""

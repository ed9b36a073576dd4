"""Phases: what a project goes through, and the releases within them."""

"""Risks, what may happen to projects."""

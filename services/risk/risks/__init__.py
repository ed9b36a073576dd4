"""Registers, risks and their assessments."""

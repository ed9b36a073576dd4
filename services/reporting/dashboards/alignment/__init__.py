"""Alignment: which strategic objective is served by what, and what serves none."""

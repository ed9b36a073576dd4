"""Milestone trend: when each milestone of a project was expected, from report to report."""

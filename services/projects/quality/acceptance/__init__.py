"""Acceptances: the verdicts on what was submitted."""

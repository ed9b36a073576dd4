"""Risk: what may happen to a project, and what was rated of it."""

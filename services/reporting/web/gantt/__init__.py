"""The plan of a project as a chart of bars, beside what was agreed."""

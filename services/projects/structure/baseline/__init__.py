"""Baselines: the dates and costs of a project as they were agreed, and what has become of them."""

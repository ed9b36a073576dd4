"""Reporting: the read side, folded from every other service's events into dashboards."""

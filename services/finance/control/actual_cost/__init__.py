"""Actual costs, posted once and corrected by reversal."""

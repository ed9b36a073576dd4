"""Budget lines: money by fiscal year and nature."""

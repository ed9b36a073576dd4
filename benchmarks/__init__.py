"""The speed figures the README states, each measured as a ratio within one run."""

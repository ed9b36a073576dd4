"""Methods: ways to lead projects, as data."""

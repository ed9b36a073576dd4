"""Performance: what earned value is computed from, kept up to date by events."""

"""What the finance service publishes, a file for each group."""

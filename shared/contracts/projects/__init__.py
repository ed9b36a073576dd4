"""What the projects service publishes, a file for each group."""

"""What the risk service publishes, a file for each group."""

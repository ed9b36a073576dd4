"""What the resources service publishes, a file for each group."""

"""What reporting answers: a folder for each dashboard."""

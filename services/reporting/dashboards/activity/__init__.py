"""What happened, by whom, when."""

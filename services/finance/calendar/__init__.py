"""What holds for a period: rates."""

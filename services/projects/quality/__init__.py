"""What projects deliver, and how it is accepted."""

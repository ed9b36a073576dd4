"""What the units of the organisation work, by month."""

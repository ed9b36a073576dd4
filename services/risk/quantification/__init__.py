"""What risks may cost, in time and money."""

"""How projects are led: the points by which their progress is judged."""

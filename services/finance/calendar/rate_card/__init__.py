"""Rate cards: what work costs, and what it is charged at."""

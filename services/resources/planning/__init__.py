"""Who works on which project, when and how much."""

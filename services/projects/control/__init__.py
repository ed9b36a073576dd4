"""What keeps projects on their course: actions, and the log of decisions."""

"""Work packages, the breakdown of a project's work."""

"""Changes of what was agreed for a project."""

"""The plan of a project in bulk: its activities and links as one difference."""

"""Projects, from proposal to closure."""

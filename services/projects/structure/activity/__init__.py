"""Activities: the pieces of work of a project's plan."""

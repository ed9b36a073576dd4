"""How a method is applied to a project: the course that follows from it, and how that is brought into the project."""

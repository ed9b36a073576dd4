"""Mandates: what binds a project, once everybody who has to has signed it."""

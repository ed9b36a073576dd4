"""Personal access tokens: with them programs act as persons."""

"""Business cases: whether projects are worth it."""

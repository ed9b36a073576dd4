"""The pipeline of requests: where they stand, for how long, and how many come through."""

"""Risk exposure: the matrix, and the worst risks."""

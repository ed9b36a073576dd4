"""Strategic objectives: what requests and projects are to serve."""

"""Requests: needs, from the first draft to the project that meets them."""

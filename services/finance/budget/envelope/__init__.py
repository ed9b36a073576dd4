"""Envelopes: money set aside, and what is promised and paid out of it."""

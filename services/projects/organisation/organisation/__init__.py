"""The organisation: one in each instance."""

"""The organisation: who belongs to what, and may do what there."""

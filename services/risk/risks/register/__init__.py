"""Risk registers, one of each approved project."""

"""Engines of resources: levelling and staffing; pure functions over plain typed values."""

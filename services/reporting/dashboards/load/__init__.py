"""The load of people by month."""

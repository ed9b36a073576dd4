"""Fields that the organisation adds to aggregates."""

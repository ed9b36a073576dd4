"""What projects are expected to cost."""

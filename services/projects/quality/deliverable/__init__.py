"""Deliverables: what projects hand over."""

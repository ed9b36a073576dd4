"""Commitments: money promised, for approved requests so far."""

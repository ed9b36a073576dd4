"""Decisions due: what stands prepared and waits for who decides."""

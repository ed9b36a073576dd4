"""Approvals: the consent of one person to a paper."""

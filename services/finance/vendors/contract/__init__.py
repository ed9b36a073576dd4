"""Contracts with vendors."""

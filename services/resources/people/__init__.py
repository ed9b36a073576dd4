"""Persons inside and outside."""

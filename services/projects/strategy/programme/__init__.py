"""Programmes, related projects managed together."""

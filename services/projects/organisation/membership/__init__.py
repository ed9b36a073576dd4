"""Memberships: the roles that people have in parts of the organisation."""

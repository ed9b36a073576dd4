"""Identities: the logins of persons."""

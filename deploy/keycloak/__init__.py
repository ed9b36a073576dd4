"""Keycloak on this machine: a real OIDC issuer, for `make keycloak` and tests.

install  the distribution that pom.xml names, under build/keycloak
server   one server: started, asked for tokens of its administrator, ended
realm    realm.json, for a Portolan at some address, and the file of issuers that names it
"""

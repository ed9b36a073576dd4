"""Logging in at an OIDC issuer: authorization code with PKCE, tokens kept on the server and renewed, logging out.

provider   what is asked of the issuer, and how its answers are checked
attempt    a log-in between its two halves, in a sealed cookie
renewal    tokens of a session, renewed before they end
api        the addresses that browsers and issuers come to
"""

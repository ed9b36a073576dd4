"""Who calls: one path for every token, whether a local issuer or an organisation's OIDC provider signed it.

roles     what each role may do
issuers   the keys of the local issuer and of OIDC issuers
tokens    a token -> a principal, cached until it expires
"""

from shared.http.auth.roles import ROLES, Principal
from shared.http.auth.tokens import Tokens

__all__ = ["ROLES", "Principal", "Tokens"]

"""The pages, rendered on the server.

mail                         how often one is written to, and the end of it without a login
tables, sessions, entrance   who is looking: one-time links, cookies, logging in and out
signin                       logging in at an OIDC issuer
account, account_api         who I am, my sessions, my tokens
contents, charts, words      what is shown: the dashboards' answers, drawn and put into words
page, api, problems          the pages themselves
registers                    the pages of every register, which write
long_work                    what takes long: how far it is, and its result
assets, changes, bundle      style and scripts, the stream that keeps a page up to date
"""

from services.reporting.web import (
    account,
    account_api,
    api,
    assets,
    changes,
    entrance,
    language,
    long_work,
    mail,
    problems,
)
from services.reporting.web.page import refused
from services.reporting.web.registers import api as registers
from services.reporting.web.signin import api as signin

SITE = (
    api.routes,
    registers.routes,
    long_work.routes,
    entrance.routes,
    account.routes,
    account_api.routes,
    signin.routes,
    language.routes,
    mail.routes,
    problems.routes,
    assets.routes,
    changes.routes,
)

__all__ = ["SITE", "refused"]

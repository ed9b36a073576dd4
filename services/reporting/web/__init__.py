"""The pages, rendered on the server.

mail                         how often one is written to, and the end of it without a login
tables, sessions, entrance   who is looking: one-time links, cookies, logging in and out
signin                       logging in at an OIDC issuer
account, account_api         who I am, my sessions, my tokens
contents, charts, words      what is shown: the dashboards' answers, drawn and put into words
page, here, api, problems    the pages themselves, and the addresses of others from there
home, search                 what waits for the reader, and what they look for
control                      what is beyond its tolerance, and what waits for a decision
pipeline                     the requests on their way to a project
gantt                        the plan of a project as bars
alignment                    which strategic objective is served by what
mandates                     a mandate as a document: read, signed, printed
registers                    the pages of every register, which write
long_work                    what takes long: how far it is, and its result
imports                      tables of the reader's own, brought in
assets, changes, bundle      style and scripts, the stream that keeps a page up to date
"""

from services.reporting.web import (
    account,
    account_api,
    alignment,
    api,
    assets,
    changes,
    control,
    entrance,
    language,
    long_work,
    mail,
    pipeline,
    problems,
    search,
)
from services.reporting.web.gantt import api as gantt
from services.reporting.web.home import api as home
from services.reporting.web.imports import api as imports
from services.reporting.web.mandates import api as mandates
from services.reporting.web.page import refused
from services.reporting.web.registers import api as registers
from services.reporting.web.registers import attaching
from services.reporting.web.signin import api as signin

SITE = (
    home.routes,
    api.routes,
    search.routes,
    registers.routes,
    attaching.routes,
    long_work.routes,
    imports.routes,
    entrance.routes,
    account.routes,
    account_api.routes,
    signin.routes,
    language.routes,
    mail.routes,
    pipeline.routes,
    gantt.routes,
    alignment.routes,
    mandates.routes,
    problems.routes,
    assets.routes,
    changes.routes,
    control.routes,
)

__all__ = ["SITE", "refused"]

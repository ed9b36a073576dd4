"""The pages, rendered on the server.

mail                         how often one is written to, and the end of it without a login
tables, sessions, entrance   who is looking: one-time links, cookies, logging in and out
contents, charts, words      what is shown: the dashboards' answers, drawn and put into words
page, api, problems          the pages themselves
assets, changes, bundle      style and scripts, the stream that keeps a page up to date
"""

from services.reporting.web import api, assets, changes, entrance, language, mail, problems
from services.reporting.web.page import refused

SITE = (
    api.routes,
    entrance.routes,
    language.routes,
    mail.routes,
    problems.routes,
    assets.routes,
    changes.routes,
)

__all__ = ["SITE", "refused"]

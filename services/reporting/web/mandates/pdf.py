"""The document of a mandate as PDF. It is typeset by Typst, a library without further dependencies that brings its own fonts.

The library is loaded when the first document is asked for. Nothing that somebody wrote is read as markup: the template reads
all of it as data.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from services.reporting.web.mandates.document import Document
from services.reporting.web.words import Words
from shared.contracts.words import capitalised

TEMPLATE = Path(__file__).with_name("mandate.typ")


def typeset(document: Document, words: Words, at: datetime) -> bytes:
    """The pages as PDF; it takes some tenths of a second, so not on the event loop."""
    import typst

    texts = {
        "edition": words.gettext("Edition %(n)s") % {"n": document.edition},
        "project": capitalised(words.labels("aggregate", "project")),
        "colon": words.gettext(": "),
        "signatures": words.gettext("Signatures"),
        "not_signed": words.gettext("not signed yet"),
        "hash": words.gettext("SHA-256 of what is signed"),
        "draft": "" if document.hash else words.gettext("Draft: it cannot be signed yet"),
        "damaged": "" if document.is_intact else words.gettext("The stored content is damaged."),
        "printed": words.gettext("As of %(at)s") % {"at": words.moment(at)},
    }
    signatures = [
        {
            **asdict(one),
            "by": words.gettext("signed by %(name)s") % {"name": one.by} if one.by else "",
        }
        for one in document.signatures
    ]
    data = asdict(document) | {"texts": texts, "lang": words.language, "signatures": signatures}
    pdf: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
        timestamp=int(at.timestamp()),
    )
    return pdf

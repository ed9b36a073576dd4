"""Decisions that are prepared: a paper that is written, one that is being decided, one that was granted with a condition, and one
that was refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from sample.telling import Day, Move, Put, chf, paper, person, project

APPROVERS = ("favre", "bernasconi", "yilmaz")
"""Who decides: those who have a login."""
PAPERS: Mapping[str, tuple[str, str, str, str, Sequence[tuple[str, int, str]], int]] = {
    "erp-archive": (
        "erp",
        "What becomes of the old ledger",
        "Is the old ledger migrated, or kept to be read?",
        "It is kept to be read for ten years.",
        (
            ("Migrate it", 310_000, "One ledger"),
            ("Keep it to be read", 45_000, "No migration of closed years"),
        ),
        30,
    ),
    "portal-messages": (
        "portal",
        "How patients are reminded of appointments",
        "By which way are reminders sent?",
        "By the app, and by a text message to who has none.",
        (
            ("Text messages", 64_000, "Reaches everybody"),
            ("The app alone", 12_000, "No cost per message"),
            ("Both", 38_000, "Reaches everybody, and most without cost"),
        ),
        9,
    ),
    "datacentre-tapes": (
        "datacentre",
        "The tapes of the old data centre",
        "Are the tapes moved, or copied to disks?",
        "They are copied to disks before the move.",
        (
            ("Move them", 20_000, "Nothing changes"),
            ("Copy them", 85_000, "They can still be read in ten years"),
        ),
        14,
    ),
    "network-vendor": (
        "network",
        "A second vendor of switches",
        "Is a second vendor qualified?",
        "A second vendor is qualified for the wards.",
        (("One vendor", 0, "One set of spare parts"), ("Two vendors", 120_000, "No dependence on one")),
        7,
    ),
}
"""Key -> project, title, question, recommendation, options with cost and benefit, and due so many days from today."""


def papers(day: Day) -> list[Put]:
    return [
        Put(
            paper(key),
            {
                "project_id": project(of),
                "title": title,
                "question": question,
                "recommendation": recommendation,
                "options": [
                    {"name": name, "cost": chf(cost), "benefit": benefit} for name, cost, benefit in options
                ],
                "approvers": {"need": 2, "of": [person(who) for who in APPROVERS]},
                "due_on": day(due),
            },
        )
        for key, (of, title, question, recommendation, options, due) in PAPERS.items()
    ]


def answers(day: Day) -> list[Move]:
    """Two of three decide; one paper waits for a second answer, the director's among those that are asked for."""
    condition = {
        "text": "A tape of each year is read again after the copy.",
        "owner_id": person("wyss"),
        "due_on": day(60),
    }
    return [
        *(Move(paper(key), "circulate") for key in PAPERS if key != "erp-archive"),
        _answer("portal-messages", "bernasconi", "grant", comment="Both reach everybody."),
        _answer("datacentre-tapes", "favre", "grant", conditions=[condition]),
        _answer("datacentre-tapes", "bernasconi", "grant"),
        _answer("network-vendor", "yilmaz", "refuse", comment="Two sets of spare parts."),
        _answer("network-vendor", "bernasconi", "refuse", comment="Not before the move of telemetry."),
    ]


def _answer(key: str, who: str, verb: str, **body: Any) -> Move:
    return Move(paper(key), verb, body, by=who, is_asked=True)

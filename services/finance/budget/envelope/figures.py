"""The figures of an envelope as of a day: what it holds, what is used of it and of its parts, and what is available."""

import json
from collections.abc import Sequence
from datetime import date

from services.finance.budget.envelope.rules import Use
from shared.base.clock import end_of_day, to_day, to_micros
from shared.base.money import Money, percent
from shared.contracts.finance.budget import BudgetEnvelope, EnvelopeState
from shared.contracts.language import AnswerShape, Day, Id, entry_of
from shared.contracts.stored import codec_of
from shared.http.call import Call
from shared.http.idempotency import state_text

VERSIONS = """
SELECT payload FROM outbox o WHERE aggregate_type = 'envelope' AND effective_at <= ? AND aggregate_id IN ({marks})
AND aggregate_version = (
    SELECT MAX(aggregate_version) FROM outbox
    WHERE aggregate_type = 'envelope' AND aggregate_id = o.aggregate_id AND effective_at <= ?
)
"""
PARTS = "SELECT id FROM envelope WHERE parent_id IN ({marks})"
USES = """
SELECT scope_id, SUM(reserved), SUM(approved), SUM(committed), SUM(spent) FROM envelope_use
WHERE envelope_id IN ({marks}) AND day <= ? GROUP BY scope_id
"""


class EnvelopeFigures(AnswerShape):
    """What is used of an envelope and of its parts at the end of a day. Each franc stands in one of the four; `available` is the
    amount less all of them. What the caller does not see is left out."""

    envelope_id: Id
    """The envelope."""
    as_of: Day
    """The day at whose end this is so."""
    amount: Money
    """What it holds; nothing before it is approved."""
    in_parts: Money
    """What of that its parts hold, drafts included."""
    reserved: Money
    """For approved requests that are no projects yet."""
    approved: Money
    """In budgets of projects, beyond what is committed and spent of them."""
    committed: Money
    """In contracts and orders, beyond what is spent on them."""
    spent: Money
    """Posted as actual cost."""
    available: Money
    """The amount less reserved, approved, committed and spent; below zero where more is used than there is."""
    used_percent: str | None
    """What is used, in percent of the amount; null where it holds nothing yet."""


async def figures_of(call: Call, envelope: BudgetEnvelope, as_of: date) -> EnvelopeFigures:
    """Of the envelope and all parts that the caller sees, as of the end of the day."""
    versions = await _versions(call, [str(envelope.id)], as_of)
    standing = versions[0] if versions else None
    amount = 0 if standing is None or standing.state is EnvelopeState.DRAFT else standing.amount.minor
    parts, used = await _parts(call, [str(envelope.id)], as_of), await _used(call, str(envelope.id), as_of)
    in_parts = sum([await _amount_of(call, part, as_of) for part in parts])

    def money(minor: int) -> Money:
        return Money.nearest(minor, envelope.amount.currency)

    return EnvelopeFigures(
        envelope_id=envelope.id,
        as_of=as_of,
        amount=money(amount),
        in_parts=money(in_parts),
        reserved=money(used.reserved),
        approved=money(used.approved),
        committed=money(used.committed),
        spent=money(used.spent),
        available=money(amount - used.all),
        used_percent=percent(used.all, amount),
    )


async def _amount_of(call: Call, part: BudgetEnvelope, as_of: date) -> int:
    """A closed part holds what was used of it."""
    if part.state is EnvelopeState.CLOSED:
        return (await _used(call, str(part.id), as_of)).all
    return part.amount.minor


async def _used(call: Call, id: str, as_of: date) -> Use:
    """Of an envelope and all parts below it that the caller sees."""
    ids, level = [id], [id]
    while level:
        level = [str(part.id) for part in await _parts(call, level, as_of)]
        ids += level
    marks = ", ".join("?" * len(ids))
    used = Use()
    for scope_id, *sums in await call.kernel.store.fetch(USES.format(marks=marks), (*ids, to_day(as_of))):
        if scope_id is None or call.sight.sees(scope_id):
            used = used.plus(Use(*sums))
    return used


async def _parts(call: Call, ids: Sequence[str], as_of: date) -> list[BudgetEnvelope]:
    """The parts right below some envelopes, as they were at the end of the day."""
    marks = ", ".join("?" * len(ids))
    rows = await call.kernel.store.fetch(PARTS.format(marks=marks), tuple(ids))
    return await _versions(call, [row[0] for row in rows], as_of) if rows else []


async def _versions(call: Call, ids: Sequence[str], as_of: date) -> list[BudgetEnvelope]:
    """Of these envelopes those that the caller sees and that were not archived, as they were at the end of the day."""
    until, marks = to_micros(end_of_day(as_of, call.kernel.settings.zone)), ", ".join("?" * len(ids))
    rows = await call.kernel.store.fetch(VERSIONS.format(marks=marks), (until, *ids, until))
    states = [state_text(row[0]) for row in rows]
    visible = [one for one in states if call.rights.shows(entry_of(BudgetEnvelope), json.loads(one))]
    versions = [codec_of(BudgetEnvelope).one(state) for state in visible]
    return [one for one in versions if one.archived_at is None]

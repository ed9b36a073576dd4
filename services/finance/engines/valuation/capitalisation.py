"""Capitalisation: which costs become an asset and which are an expense, by phase and nature; `capitalised`.

The accounting rules are the caller's, as data: each names a phase, a nature, both or neither, and the share
to be capitalised. They express IAS 38 (research is an expense, development an asset, training and
administration never one) as well as ASC 350-40. Conventions:

- of the rules that fit a cost the most specific decides: phase and nature, then nature, then phase, then the
  rest;
- nothing is capitalised before `recognised`, the day the criteria were met: IAS 38.71 forbids it afterwards;
- nothing is capitalised after `ready`, the day the asset was ready for use (IAS 38.30);
- a cost that no rule fits is left undecided, with the reason, and so are the totals it belongs to.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.finance.engines.valuation.minor_units import minor, whole_minor
from shared.base.exact import Number, refused, share_of_hundred
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped


@dataclass(frozen=True, slots=True)
class Rule:
    """`percent` of what fits is capitalised; a phase or nature of None fits any."""

    code: str
    phase: str | None
    nature: str | None
    percent: Number


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of an instance, and from which to which day a project's costs may be capitalised."""

    rules: tuple[Rule, ...]
    recognised: date | None = None
    ready: date | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of a project (minor units; credits below zero): where it arose, what it was for, when."""

    phase: str
    nature: str
    on: date
    amount: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """How one cost is treated, and why: its two parts sum to the cost, or are None where it is undecided."""

    cost: Cost
    capex: int | None
    opex: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Split:
    """A sum of treatments (minor units), None where `undecided` of them are undecided."""

    capex: int | None
    opex: int | None
    undecided: int


@dataclass(frozen=True, slots=True)
class Capitalisation:
    """Every cost with its treatment, and the sums over all, by phase and by nature."""

    treatments: tuple[Treatment, ...]
    total: Split
    by_phase: dict[str, Split]
    by_nature: dict[str, Split]


def capitalised(costs: Sequence[Cost], policy: Policy) -> Capitalisation:
    """Splits each cost into capital and operating expenditure.

    Raises `Invalid` for amounts that are no integers, and for a percentage out of range. Two rules for the same
    phase and nature are refused too, and so is an asset that was ready before it was recognised.
    """
    refuse_mistyped(costs, Sequence[Cost], "/costs")
    refuse_mistyped(policy, Policy, "")
    rules = _by_scope(policy)
    treatments = tuple(_treated(cost, rules, policy, f"/costs/{i}") for i, cost in enumerate(costs))
    return Capitalisation(
        treatments,
        _split(treatments),
        _split_by(treatments, lambda cost: cost.phase),
        _split_by(treatments, lambda cost: cost.nature),
    )


_Scope = tuple[str | None, str | None]


def _by_scope(policy: Policy) -> dict[_Scope, tuple[str, Fraction]]:
    if policy.recognised and policy.ready and policy.ready < policy.recognised:
        raise refused(
            "ready_before_recognised",
            Text("{ready} is before {recognised}", ready=policy.ready, recognised=policy.recognised),
            "/ready",
        )
    rules: dict[_Scope, tuple[str, Fraction]] = {}
    for i, rule in enumerate(policy.rules):
        if (rule.phase, rule.nature) in rules:
            raise refused(
                "two_rules", Text("{code} repeats the scope of another rule", code=rule.code), f"/rules/{i}"
            )
        rules[rule.phase, rule.nature] = rule.code, share_of_hundred(rule.percent, f"/rules/{i}/percent")
    return rules


def _treated(
    cost: Cost, rules: dict[_Scope, tuple[str, Fraction]], policy: Policy, pointer: str
) -> Treatment:
    amount = whole_minor(cost.amount, f"{pointer}/amount")
    if policy.recognised and cost.on < policy.recognised:
        return Treatment(
            cost,
            0,
            amount,
            Text("before the asset was recognised on {recognised}", recognised=policy.recognised),
        )
    if policy.ready and cost.on > policy.ready:
        return Treatment(cost, 0, amount, Text("after the asset was ready on {ready}", ready=policy.ready))
    scopes = [(cost.phase, cost.nature), (None, cost.nature), (cost.phase, None), (None, None)]
    rule = next((rules[scope] for scope in scopes if scope in rules), None)
    if rule is None:
        return Treatment(
            cost, None, None, Text("no rule for {nature} in {phase}", nature=cost.nature, phase=cost.phase)
        )
    code, share = rule
    capex = minor(amount * share)
    return Treatment(cost, capex, amount - capex, f"rule {code}")


def _split_by(treatments: Sequence[Treatment], key: Callable[[Cost], str]) -> dict[str, Split]:
    groups: dict[str, list[Treatment]] = {}
    for treatment in treatments:
        groups.setdefault(key(treatment.cost), []).append(treatment)
    return {name: _split(group) for name, group in groups.items()}


def _split(treatments: Sequence[Treatment]) -> Split:
    undecided = sum(t.capex is None for t in treatments)
    if undecided:
        return Split(None, None, undecided)
    return Split(sum(t.capex or 0 for t in treatments), sum(t.opex or 0 for t in treatments), 0)

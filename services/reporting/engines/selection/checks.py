"""What is refused before anything is solved, each refusal naming the culprit."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from math import isnan
from numbers import Integral

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

from .model import AT_ONCE, Candidate, Cost, Demand, Limit, Portfolio

MOST_COLUMNS = 50_000
MOST_ENTRIES = 2_000_000
GREATEST = 1e15
NATURES = ("capex", "opex")


def refuse_flaws(portfolio: Portfolio) -> None:
    """Raises `Invalid` with every flaw of the portfolio, or with what contradicts itself in it."""
    _refuse_excess(portfolio)
    faults = [*_of_candidates(portfolio), *_of_limits(portfolio), *_of_rules(portfolio)]
    _refuse(faults)
    _refuse([*_of_cycles(portfolio)])
    _refuse([*_of_contradictions(portfolio)])


def required(portfolio: Portfolio) -> set[str]:
    """The candidates that have to be chosen: those forced in, and all that they require in turn."""
    requires = {candidate.key: candidate.requires for candidate in portfolio.candidates}
    required: set[str] = set()
    waiting = [*portfolio.forced_in]
    while waiting:
        key = waiting.pop()
        if key not in required:
            required.add(key)
            waiting += requires[key]
    return required


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(
            Text("{pointer}: {detail}", pointer=faults[0].pointer, detail=Text(faults[0].detail)),
            *faults,
            code=faults[0].code,
        )


def _refuse_excess(portfolio: Portfolio) -> None:
    columns = sum(len(c.starts) for c in portfolio.candidates)
    entries = sum(len(c.starts) * (len(c.costs) + len(c.demands)) for c in portfolio.candidates)
    if columns > MOST_COLUMNS or entries > MOST_ENTRIES:
        size = Text(
            "{columns:,} starts with {entries:,} costs and demands are more than are solved",
            columns=columns,
            entries=entries,
        )
        limits = Text(
            "({most_columns:,} and {most_entries:,})", most_columns=MOST_COLUMNS, most_entries=MOST_ENTRIES
        )
        _refuse([Fault("too_large", Text("{size} {limits}", size=size, limits=limits), "/candidates")])


def _of_candidates(portfolio: Portfolio) -> Iterator[Fault]:
    yield from _repeated("/candidates", (c.key for c in portfolio.candidates))
    try:
        if _plain(portfolio.candidates):
            return
    except (TypeError, ArithmeticError):  # something in them is no number or cannot be compared: find it
        pass
    for i, candidate in enumerate(portfolio.candidates):
        yield from _of_candidate(f"/candidates/{i}", candidate)


def _plain(candidates: Sequence[Candidate]) -> bool:
    """Whether all are sound at a glance: a few quick passes, so that only culprits are looked for one by one."""
    costs = [cost for candidate in candidates for cost in candidate.costs]
    demands = [demand for candidate in candidates for demand in candidate.demands]
    return (
        all(candidate.starts is AT_ONCE for candidate in candidates)
        and _all_within([candidate.value for candidate in candidates], -GREATEST)
        and _all_within([cost.amount for cost in costs], -GREATEST)
        and _all_within([demand.amount for demand in demands], 0)
        and {cost.nature for cost in costs} <= {*NATURES}
        and all(map(_is_year, {cost.year for cost in costs}))
        and all(map(_is_quarter, {demand.quarter for demand in demands}))
    )


def _all_within(numbers: list[float], least: float) -> bool:
    return not numbers or (least <= min(numbers) and max(numbers) <= GREATEST and not isnan(sum(numbers)))


def within(number: object, least: float, most: float = GREATEST) -> bool:
    """Whether it is a number from `least` to `most`."""
    try:
        return bool(least <= number <= most)  # type: ignore[operator]
    except (TypeError, ValueError, ArithmeticError):  # a text, a table, a Decimal that is no number
        return False


def _of_candidate(at: str, candidate: Candidate) -> Iterator[Fault]:
    if not within(candidate.value, -GREATEST):
        yield Fault(
            "number",
            Text("the value {value!r} of {key!r} is no number", value=candidate.value, key=candidate.key),
            f"{at}/value",
        )
    for i, cost in enumerate(candidate.costs):
        yield from _of_cost(f"{at}/costs/{i}", cost)
    for i, demand in enumerate(candidate.demands):
        yield from _of_demand(f"{at}/demands/{i}", demand)
    yield from _of_starts(at, candidate)


def _of_cost(at: str, cost: Cost) -> Iterator[Fault]:
    if not within(cost.amount, -GREATEST):
        yield Fault("number", Text("{amount!r} is no amount", amount=cost.amount), f"{at}/amount")
    if cost.nature not in NATURES:
        yield Fault(
            "nature", Text("{nature!r} is neither capex nor opex", nature=cost.nature), f"{at}/nature"
        )
    yield from _of_year(at, cost.year)


def _of_demand(at: str, demand: Demand) -> Iterator[Fault]:
    if not within(demand.amount, 0):
        yield Fault("number", Text("{amount!r} is no demand", amount=demand.amount), f"{at}/amount")
    yield from _of_quarter(at, demand.quarter)


def _is_year(year: object) -> bool:
    """A year of another kind equals none of the budgets' years: it would be spent without limit."""
    return isinstance(year, Integral)


def _is_quarter(quarter: object) -> bool:
    return (
        isinstance(quarter, tuple)
        and len(quarter) == 2
        and _is_year(quarter[0])
        and quarter[1] in (1, 2, 3, 4)
    )


def _of_year(at: str, year: object) -> Iterator[Fault]:
    if not _is_year(year):
        yield Fault("year", Text("{year!r} is not a year", year=year), f"{at}/year")


def _of_quarter(at: str, quarter: object) -> Iterator[Fault]:
    if not _is_quarter(quarter):
        yield Fault("quarter", Text("there is no quarter {quarter!r}", quarter=quarter), f"{at}/quarter")


def _of_starts(at: str, candidate: Candidate) -> Iterator[Fault]:
    if not candidate.starts:
        yield Fault("no_start", Text("{key!r} has no start", key=candidate.key), f"{at}/starts")
    if len(candidate.starts) > 1:
        yield from _repeated(f"{at}/starts", (start.quarters_later for start in candidate.starts))
    for i, start in enumerate(candidate.starts):
        if type(start.quarters_later) is not int or not 0 <= start.quarters_later <= 400:
            wrong = Text(
                "{quarters_later!r} is not a number of quarters from 0 to 400",
                quarters_later=start.quarters_later,
            )
            yield Fault("start", wrong, f"{at}/starts/{i}/quarters_later")
        if start.value is not None and not within(start.value, -GREATEST):
            yield Fault(
                "number",
                Text("the value {value!r} is no number", value=start.value),
                f"{at}/starts/{i}/value",
            )


def _of_limits(portfolio: Portfolio) -> Iterator[Fault]:
    yield from _repeated("/budgets", ((b.year, b.nature) for b in portfolio.budgets))
    yield from _repeated("/capacities", ((c.role, *c.quarter) for c in portfolio.capacities))
    placed: list[tuple[str, Limit]] = [(f"/budgets/{i}", b) for i, b in enumerate(portfolio.budgets)]
    placed += [(f"/capacities/{i}", c) for i, c in enumerate(portfolio.capacities)]
    for at, limit in placed:
        if not within(limit.limit, 0):
            wrong = Text(
                "the limit {limit!r} of {limit_2} is not a number from 0 to {greatest:g}",
                limit=limit.limit,
                limit_2=str(limit),
                greatest=GREATEST,
            )
            yield Fault("limit", wrong, f"{at}/limit")
    for i, budget in enumerate(portfolio.budgets):
        if budget.nature not in (*NATURES, None):
            yield Fault(
                "nature",
                Text("{nature!r} is neither capex nor opex", nature=budget.nature),
                f"/budgets/{i}/nature",
            )
        yield from _of_year(f"/budgets/{i}", budget.year)
    for i, capacity in enumerate(portfolio.capacities):
        yield from _of_quarter(f"/capacities/{i}", capacity.quarter)


def _of_rules(portfolio: Portfolio) -> Iterator[Fault]:
    known_keys = {candidate.key for candidate in portfolio.candidates}
    references = [
        (f"/candidates/{i}/requires", c.requires)
        for i, c in enumerate(portfolio.candidates)
        if c.requires != ()
    ]
    references += [(f"/exclusions/{i}/keys", e.keys) for i, e in enumerate(portfolio.exclusions)]
    references += [(f"/{n}", tuple(sorted(getattr(portfolio, n)))) for n in ("forced_in", "forced_out")]
    for at, keys in references:
        for key in keys:
            if key not in known_keys:
                yield Fault("unknown_candidate", Text("there is no candidate {key!r}", key=key), at)
    for i, exclusion in enumerate(portfolio.exclusions):
        yield from _repeated(f"/exclusions/{i}/keys", exclusion.keys)
        if type(exclusion.at_most) is not int or not within(exclusion.at_most, 0):
            yield Fault(
                "at_most",
                Text("{at_most!r} is not a count", at_most=exclusion.at_most),
                f"/exclusions/{i}/at_most",
            )


def _of_cycles(portfolio: Portfolio) -> Iterator[Fault]:
    try:
        TopologicalSorter({c.key: c.requires for c in portfolio.candidates if c.requires}).prepare()
    except CycleError as error:
        chain = " -> ".join(reversed(error.args[1]))
        yield Fault("cycle", Text("the prerequisites form a cycle: {chain}", chain=chain), "/candidates")


def _of_contradictions(portfolio: Portfolio) -> Iterator[Fault]:
    """Rules that no selection can keep, whatever the budgets."""
    needed = required(portfolio)
    for key in sorted(needed.intersection(portfolio.forced_out)):
        text = (
            Text("{key!r} is forced in, and forced out", key=key)
            if key in portfolio.forced_in
            else Text("{key!r} is required by one that is forced in, and forced out", key=key)
        )
        yield Fault("contradiction", text, "/forced_out")
    for i, exclusion in enumerate(portfolio.exclusions):
        together = [key for key in exclusion.keys if key in needed]
        if len(together) > exclusion.at_most:
            wrong = Text(
                "{names} have to be chosen, but at most {at_most} of them may",
                names=", ".join(together),
                at_most=exclusion.at_most,
            )
            yield Fault("contradiction", wrong, f"/exclusions/{i}")


def _repeated(at: str, keys: Iterable[Hashable]) -> Iterator[Fault]:
    listed = [*keys]
    if len(set(listed)) == len(listed):
        return
    for key, times in Counter(listed).items():
        if times > 1:
            yield Fault("repeated", Text("{key!r} stands {times} times", key=key, times=times), at)

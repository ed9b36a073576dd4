"""Published cases: `python -m benchmarks.levelling_full [j30] [j60] [portfolios] [--seconds 10]`.

Not part of `make bench`: a full run takes minutes. Without `--seconds` the engine's own default holds.
"""

import argparse
from statistics import median
from time import perf_counter

from benchmarks.scheduling_cases import best_known, portfolio, portfolios, project, projects_of
from services.resources.engines.levelling import Levelled, Plan, Search, level

SHORT = 10.0


def main() -> None:
    """Prints a line per case that is not proved or misses the published value, and a summary per set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=["j30", "j60", "portfolios"])
    parser.add_argument("--seconds", type=float)
    chosen = parser.parse_args()
    search = Search() if chosen.seconds is None else Search(effort=3_600.0, seconds=chosen.seconds)
    for name in chosen.sets:
        run_portfolios(search) if name == "portfolios" else run_projects(name, search)


def run_projects(set_name: str, search: Search) -> None:
    """How many makespans equal the best known, how many are proved, and the time taken."""
    best_makespans = best_known(set_name)
    times, equal, proved, soon = [], 0, 0, 0
    for instance in projects_of(set_name):
        answer, took = timed(project(set_name, instance), search)
        times.append(took)
        low, best = best_makespans[instance]
        assert answer.makespan >= low, f"{instance}: {answer.makespan} is below the published bound {low}"
        equal += answer.makespan == best
        proved += answer.quality.proved
        soon += answer.quality.proved and took <= SHORT
        if answer.makespan != best or not answer.quality.proved:
            print(f"  {instance}: best known {low}..{best}, {described(answer)}, {took:.1f} s", flush=True)
    print(f"{set_name}: {equal} of {len(times)} equal the best known, {proved} proved, {soon} in {SHORT:g} s")
    print(
        f"{set_name}: median {median(times):.3f} s, longest {max(times):.1f} s, all {sum(times):.0f} s",
        flush=True,
    )


def run_portfolios(search: Search) -> None:
    """Each portfolio's levelled makespan beside the published bound and heuristic."""
    for name, (bound, heuristic) in portfolios().items():
        answer, took = timed(portfolio(name), search)
        print(f"  {name}: published {bound}..{heuristic}, {described(answer)}, {took:.1f} s", flush=True)


def timed(plan: Plan, search: Search) -> tuple[Levelled, float]:
    """The answer and the seconds it took, the quick schedule included."""
    started = perf_counter()
    answer = level(plan, search=search)
    return answer, perf_counter() - started


def described(answer: Levelled) -> str:
    quality = answer.quality
    return f"found {quality.value}, proved {quality.bound} (gap {quality.gap:.1%}), quick {quality.heuristic}"


if __name__ == "__main__":
    main()

"""`make bench`: runs every bench_*.py (or those named as arguments) and ends with one line per figure."""

import importlib
import pkgutil
import sys

import benchmarks


def main(chosen: list[str]) -> None:
    """Each file runs in turn; what it has to say goes first, the figures' lines come last."""
    modules = [m.name for m in pkgutil.iter_modules(benchmarks.__path__)]
    names = [m.removeprefix("bench_") for m in modules if m.startswith("bench_")]
    if unknown := [name for name in chosen if name not in names]:
        print(f"Error: there is no {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        raise SystemExit(2)
    figures = []
    for name in names:
        if chosen and name not in chosen:
            continue
        print(f"# bench_{name}", flush=True)
        figures += importlib.import_module(f"benchmarks.bench_{name}").figures()
    for figure in figures:
        if figure.note:
            print(f"# {figure.name}: {figure.note}")
    for figure in figures:
        print(figure.line())


if __name__ == "__main__":
    main(sys.argv[1:])

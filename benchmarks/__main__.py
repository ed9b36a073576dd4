"""`make bench`: runs every bench_*.py (or those named as arguments) and ends with one line per figure."""

import importlib
import pkgutil
import sys

import benchmarks


def main(chosen: list[str]) -> None:
    """Each file runs in turn; what it has to say goes first, the figures' lines come last."""
    names = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name.startswith("bench_")]
    figures = []
    for name in names:
        if chosen and name.removeprefix("bench_") not in chosen:
            continue
        print(f"# {name}", flush=True)
        figures += importlib.import_module(f"benchmarks.{name}").figures()
    for figure in figures:
        if figure.note:
            print(f"# {figure.name}: {figure.note}")
    for figure in figures:
        print(figure.line())


if __name__ == "__main__":
    main(sys.argv[1:])

"""Packages whose modules are imported when one of their names is asked for: who needs one part does not load all of it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_first_use(package: str, names: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package. `names`: each name that it offers -> the module within it that has the name.

    Type checkers see the same names by imports under `TYPE_CHECKING`.
    """

    def offered(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"{package} has no {name}")
        return getattr(import_module(f"{package}.{names[name]}"), name)

    return offered

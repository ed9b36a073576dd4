"""Applications of the services, made once per worker: making the five takes longer than opening their stores.

An application is given to one test after another, each with a kernel of its own (`ServiceApp.answering_with`). One to
which a test has added something, or which was made under another catalogue, is given to nobody again.
"""

from dataclasses import dataclass, field
from typing import Any

from shared.contracts.language import CATALOGUE, EVENT_TYPES
from shared.runtime.app import ServiceApp, create_app
from shared.runtime.service import Service


def _catalogue() -> tuple[dict[Any, Any], dict[Any, Any]]:
    return dict(CATALOGUE), dict(EVENT_TYPES)


@dataclass
class _Application:
    """An application, and of what it was made."""

    app: ServiceApp
    catalogue: tuple[dict[Any, Any], dict[Any, Any]] = field(default_factory=_catalogue)


_applications: list[_Application] = []


def application_of(service: Service) -> ServiceApp:
    """An application that nobody has open, as it was when it was made."""
    catalogue = _catalogue()
    for one in [one for one in _applications if one.app.service is service and one.app.kernel is None]:
        if one.catalogue == catalogue and one.app.is_as_made:
            return one.app
        _applications.remove(one)
    _applications.append(_Application(create_app(service)))
    return _applications[-1].app

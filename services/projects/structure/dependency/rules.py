"""What holds of links: the successor is of the link's own project, nothing follows itself, and no circle closes."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.plan import Activity, Dependency
from shared.domain.acts import ARCHIVE, CREATE, RESTORE
from shared.domain.stages import Act

N = TypeVar("N", bound=Hashable)
MOST_NAMED = 20
"""So many activities of a circle are named at most."""


def act(deed: str, link: Dependency, before: Dependency | None) -> Act:
    """A link is part of the plan, as activities are."""
    if deed == CREATE:
        return Act.NEW_CHILD
    return Act.CORRECTION if deed in (ARCHIVE, RESTORE) else Act.EDIT


def leads_into_its_project(link: Dependency, successor: Activity) -> None:
    if successor.project_id != link.project_id:
        raise Invalid(
            "the successor is of another project",
            Fault("other_project", "the link stands in the successor's project", pointer="/to_id"),
        )


def leads_on(link: Dependency) -> None:
    if link.from_id == link.to_id:
        raise Invalid(
            "an activity does not wait for itself",
            Fault("cycle", "leads back", pointer="/to_id"),
            code="cycle",
        )


def path_back(start: N, end: N, edges: Mapping[N, Collection[N]]) -> list[N]:
    """The shortest way along links from `start` to `end`, both included; nothing where there is none."""
    before: dict[N, N | None] = {start: None}
    front = [start]
    while front and end not in before:
        front = [
            after for one in front for after in edges.get(one, ()) if before.setdefault(after, one) is one
        ]
    if end not in before:
        return []
    path: list[N] = []
    at: N | None = end
    while at is not None:
        path.append(at)
        at = before[at]
    return path[::-1]


def circle(names: Iterable[str], pointer: str) -> Invalid:
    """The refusal of a circle, by the names of its activities in order."""
    activities = list(names)
    chain = " -> ".join(
        [*activities[:MOST_NAMED], *(["…"] if len(activities) > MOST_NAMED else []), activities[0]]
    )
    return Invalid(
        Text("the links would lead in a circle: {chain}", chain=chain),
        Fault("cycle", "leads back", pointer=pointer),
        code="cycle",
    )

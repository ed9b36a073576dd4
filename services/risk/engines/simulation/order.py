"""An order of the activities in which predecessors come first, or the cycle that rules one out."""

from graphlib import CycleError, TopologicalSorter

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text

from .model import Model


def topological(model: Model) -> list[str]:
    """The keys of the activities, predecessors first; refuses a cycle, naming it."""
    sorter: TopologicalSorter[str] = TopologicalSorter({activity.key: () for activity in model.activities})
    for link in model.links:
        sorter.add(link.successor, link.predecessor)
    try:
        return [*sorter.static_order()]
    except CycleError as error:
        chain = " -> ".join(error.args[1])
        raise Invalid(
            Text("the links form a cycle: {chain}", chain=chain),
            Fault(code="cycle", detail=Text("{chain}", chain=chain), pointer="/links"),
            code="cycle",
        ) from None

"""Why an activity is where it is: the links that hold it, and the chain of them back to a date."""

from collections.abc import Iterator

from services.projects.engines.planning.crossings import Adding
from services.projects.engines.planning.network import ORDINARY, Early, Link, Network
from services.projects.engines.planning.rules import EARLIEST, NOT_BEFORE, as_start, described
from services.projects.engines.planning.run import End, Run
from shared.base.texts import Text


class Origins:
    """The links of a network by the node they hold."""

    def __init__(self, net: Network) -> None:
        self._into: dict[int, list[Link]] = {node: net.links_into(node) for node in net.unusual()}
        for node in range(len(net.followers)):
            for after, lag in net.followed_by(node):
                self._into.setdefault(after, []).append(Link(node, True, False, Adding(lag)))

    def of(self, node: int) -> list[Link]:
        return self._into.get(node, [])


def holds(run: Run, early: Early, origins: Origins, node: int, start: int) -> Iterator[Link]:
    """The links that ask `node` to start (with what remains of it) at `start`, or later still."""
    finish = start + run.net.durations[node]
    if run.net.terms.get(node, ORDINARY).done is None:
        for link in origins.of(node):
            if link.crossing.on(early.pushes(run.net, link)) >= (finish if link.to_finish else start):
                yield link


def behind(run: Run, early: Early, origins: Origins, node: int) -> Iterator[Link]:
    """The links that hold a node where it is, those of the summaries it is in among them."""
    for link in holds(run, early, origins, node, early.starts[node]):
        what = run.stand_ins.get(link.predecessor)
        if what and what.end is End.ENTRY:
            yield from behind(run, early, origins, link.predecessor)
        else:
            yield link


def chain(run: Run, early: Early, origins: Origins, node: int, start: int) -> list[int]:
    """The nodes that drive one another to make `node` start at `start`, from the one no link drives."""
    path = [node]
    while True:
        before = next((link.predecessor for link in holds(run, early, origins, node, start)), None)
        if before is None:
            return path[::-1]
        node, start = before, early.starts[before]
        path.append(node)


def root(run: Run, node: int, start: int) -> Text:
    """What, other than a link, makes a node start at `start`."""
    terms, plan, name = run.net.terms.get(node, ORDINARY), run.plan(node), run.label(node)
    if terms.done:
        finished = run.finish_moment(node, terms.done[1]).isoformat()
        return Text("{name} is complete since {finished}", name=name, finished=finished)
    if node not in run.stand_ins:
        for constraint in run.activities[node].constraints:
            dated = constraint.on is not None and constraint.kind in EARLIEST
            if dated and as_start(run, node, constraint) >= start:
                if constraint.kind in NOT_BEFORE:
                    return Text("{name} has to {constraint}", name=name, constraint=described(constraint))
                return Text("{name} must {constraint}", name=name, constraint=described(constraint))
        if terms.pin == start:
            return Text("{name} is scheduled by hand", name=name)
        if terms.started is not None:
            return Text("{name} is under way", name=name)
        if node in run.late:
            return Text("{name} is to be as late as possible", name=name)
    data_date = run.data_date(plan)
    if data_date and data_date > plan.start:
        return Text("the data date is {data_date}", data_date=data_date.isoformat())
    return Text("the plan starts on {start}", start=plan.start.isoformat())


def explained(run: Run, early: Early, origins: Origins, node: int, start: int) -> Text:
    """The chain in words: the activities that drive one another, and what sets the first of them."""
    path = chain(run, early, origins, node, start)
    first = path[0]
    beginning = root(run, first, start if first == node else early.starts[first])
    names = " -> ".join(run.label(step) for step in path)
    return Text("{names}, as {beginning}", names=names, beginning=beginning)

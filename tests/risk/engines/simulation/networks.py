"""Networks the simulation's tests share, and a slow solver that owes nothing to the engine."""

from collections.abc import Sequence

from hypothesis import strategies as st

from services.risk.engines.simulation import Activity, Constant, Link, Model

LINK_KINDS = ("FS", "SS", "FF", "SF")


def nine_tasks() -> Model:
    """The published network of 21 days with the critical path A-C-F-H-I."""
    days = {"A": 2, "B": 5, "C": 9, "D": 3, "E": 6, "F": 4, "G": 2, "H": 4, "I": 2}
    links = ["AB", "AC", "AD", "BE", "BF", "CF", "CG", "DG", "EH", "FH", "GI", "HI"]
    return Model(
        tuple(Activity(key, Constant(duration)) for key, duration in days.items()),
        tuple(Link(before, after) for before, after in links),
    )


@st.composite
def fixed_networks(draw: st.DrawFn) -> Model:
    """Up to eight activities of known duration with links of every kind, in quarters of a day."""
    size = draw(st.integers(1, 8))
    quarters = st.integers(0, 40).map(lambda n: n / 4)
    activities = tuple(
        Activity(str(i), Constant(draw(quarters)), not_before=draw(st.sampled_from([0, 0, 0, 2.5])))
        for i in range(size)
    )
    pairs = [(i, j) for j in range(size) for i in range(j)]
    linked = st.lists(st.sampled_from(pairs), max_size=12, unique=True) if pairs else st.just([])
    lags = st.integers(-12, 12).map(lambda n: n / 4)
    links = tuple(
        Link(str(i), str(j), draw(st.sampled_from(LINK_KINDS)), draw(lags)) for i, j in draw(linked)
    )
    return Model(activities, links)


def slow_starts(model: Model, delayed: str | None = None, by: float = 0.0) -> dict[str, float]:
    """Early starts by relaxing every link until nothing moves, one activity's start held back at will."""
    days = {a.key: a.duration.mean for a in model.activities}
    starts = {a.key: a.not_before for a in model.activities}
    if delayed is not None:
        starts[delayed] = own_start(model, delayed) + by
    for _ in range(len(days) + 1):
        for link in model.links:
            starts[link.successor] = max(starts[link.successor], allowed(link, starts, days))
    return starts


def own_start(model: Model, key: str) -> float:
    return slow_starts(model)[key]


def slow_finish(model: Model, starts: dict[str, float]) -> float:
    return max(starts[a.key] + a.duration.mean for a in model.activities)


def allowed(link: Link, starts: dict[str, float], days: dict[str, float]) -> float:
    before, after = link.predecessor, link.successor
    return {
        "FS": starts[before] + days[before] + link.lag,
        "SS": starts[before] + link.lag,
        "FF": starts[before] + days[before] + link.lag - days[after],
        "SF": starts[before] + link.lag - days[after],
    }[link.kind]


def matrix(*rows: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in rows)
